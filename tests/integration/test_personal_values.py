"""Planted values of people come in every way a file can bring them; none is found where it was not let in."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.landing import LandingFailed, LandingReport, land_exports
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.load import load_delivery
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.record import PersonalSettingChanged
from supplier_sla.landing.personal.values import HASH_PREFIX, NOT_SHOWN, PERSONAL_VARIABLE, PersonalData
from supplier_sla.landing.profiles.profile import load_profiles
from supplier_sla.quality import LandedDelivery, check_door_in
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.readings import choose_reading

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
SETTING = "free_text=drop,identity=hash,contact=hash,location=hash,unknown=hash"

MARK = "planted7f3a"

FILES = {
    "tickets.csv": (
        "ticket_id,opened_at,title,address,requester,email\n"
        f"T1,2026-01-05T09:12:44Z,Call {MARK},{MARK} Street 5,Jane {MARK},jane@{MARK}.example\n"
        f"T2,yesterday,Call {MARK},{MARK} Street 5,Jane {MARK},jane@{MARK}.example\n"
        f"T3,2026-01-05T09:12:44Z,Call {MARK},{MARK} Street 5\n"
        f'T4,2026-01-05T09:12:44Z,"Call "{MARK}" now",,,\n'
    ),
    "tickets_without_header.csv": f"T5,2026-01-05T09:12:44Z,Call {MARK},{MARK} Street 5\n",
    "tickets_twice.csv": f"ticket_id,opened_at,Jane {MARK},Jane {MARK}\nT6,2026-01-05T09:12:44Z,a,b\n",
    "ticket_events.csv": (
        "ticket_id,event_at,event_type,actor_id\n"
        f"T1,2026-01-05T09:30:00Z,commented,P-{MARK}-17\n"
        f"T1,2026-01-05T09:30:00Z,commented,P-{MARK}-18\n"
    ),
    "trainings.csv": (
        f'supplier_id,person_id,training_code\nS1,P-{MARK}-17,safety\nS1,"P-{MARK}-18\nS1,P-{MARK}-19",safety\n'
    ),
    "exclusions.csv": (
        "exclusion_id,reason_code,ticket_id,requested_by,approved_by,evidence\n"
        f"E1,force_majeure,T1,Jane {MARK}, jane {MARK.upper()} ,mail of {MARK}\n"
    ),
    "contacts.jsonl": (
        '{"contact_id": "C1", "contacted_at": "2026-01-05T09:10:00Z", "contact_text": "MARK calls",'
        ' "caller": {"phone": "MARK", "names": ["Jane MARK"]}}\n'
        '{"contact_id": "C2", "contacted_at": "2026-01-05T09:10:00Z", "contact_text": "MARK\n'
    ).replace("MARK", MARK),
}


@dataclass(frozen=True)
class Night:
    """The planted files landed under SETTING, and what was said about it."""

    warehouse: Warehouse
    landing: Path
    home: Path
    report: LandingReport
    said: list[str]

    @property
    def personal(self) -> PersonalData:
        return PersonalData.from_environment(self.home, {PERSONAL_VARIABLE: SETTING})

    def land(self, landing: Path, personal: PersonalData | None = None) -> LandingReport:
        url, used = self.warehouse.loader_url, self.personal if personal is None else personal
        return land_exports(url, landing, as_of=AS_OF, run_id="again", personal=used)


@pytest.fixture(scope="module")
def night(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    landing, home = tmp_path_factory.mktemp("landing"), tmp_path_factory.mktemp("home")
    for name, text in FILES.items():
        (landing / name).write_text(text, encoding="utf-8")
    personal = PersonalData.from_environment(home, {PERSONAL_VARIABLE: SETTING})
    said: list[str] = []
    with another_warehouse(template_database, "personal_values") as warehouse:
        report = land_exports(
            warehouse.loader_url, landing, as_of=AS_OF, run_id="night", report=said.append, personal=personal
        )
        yield Night(warehouse, landing, home, report, said)


def stored(warehouse: Warehouse) -> str:
    """Everything in raw and ops, as text."""
    tables = warehouse.query(
        "select table_schema, table_name from information_schema.tables where table_schema in ('raw', 'ops')"
    )
    rows = [warehouse.query(f"select t::text from {schema}.{table} as t") for schema, table in tables]
    return "\n".join(text for table in rows for (text,) in table)


def test_every_way_in_was_tried(night: Night) -> None:
    states = {outcome.relative_path: outcome.state for outcome in night.report.outcomes}
    assert states == {
        "tickets.csv": "partly_loaded",
        "tickets_without_header.csv": "refused",
        "tickets_twice.csv": "refused",
        "ticket_events.csv": "loaded",
        "trainings.csv": "partly_loaded",
        "exclusions.csv": "loaded",
        "contacts.jsonl": "partly_loaded",
    }
    assert MARK in "".join(path.read_text(encoding="utf-8") for path in night.landing.iterdir())


def test_no_planted_value_is_stored_or_said(night: Night) -> None:
    everything = stored(night.warehouse)
    assert HASH_PREFIX in everything
    assert re.findall(f".*{MARK}.*", everything, re.IGNORECASE) == []
    assert re.findall(f".*{MARK}.*", "\n".join(night.said), re.IGNORECASE) == []


def test_no_planted_value_is_in_the_data_docs(night: Night, tmp_path: Path) -> None:
    judged = [LandedDelivery(one.delivery_id, one.entity or "") for one in night.report.loaded_deliveries]
    check_door_in(night.warehouse.loader_url, judged, AS_OF, tmp_path)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 1
    assert [page.name for page in pages if MARK in page.read_text(encoding="utf-8").casefold()] == []


def test_what_was_found_is_hidden_only_where_it_may_be_of_a_person(night: Night) -> None:
    problems = night.warehouse.query(
        "select entity, line, column_name, reason_code, value_found, record ->> 'text' from ops.quarantined_row"
        " order by entity, line"
    )
    assert problems == [
        ("contacts", 2, None, "malformed_json", NOT_SHOWN, NOT_SHOWN),
        ("tickets", 3, "opened_at", "wrong_type", "yesterday", None),
        ("tickets", 4, None, "wrong_field_count", "4 fields", NOT_SHOWN),
        ("tickets", 5, None, "malformed_quotes", NOT_SHOWN, NOT_SHOWN),
        ("trainings", 3, "person_id", "line_break", problems[-1][4], None),
    ]


def test_one_person_has_one_hash_wherever_it_refers_to_them(night: Night) -> None:
    query = night.warehouse.query
    assert query("select requested_by = approved_by from raw.exclusions") == [(True,)]
    assert query(
        "select count(*) from raw.trainings inner join raw.ticket_events on ticket_events.actor_id = trainings.person_id"
    ) == [(1,)]
    assert query("select _extra ? 'requester', _extra ->> 'requester' like 'hashed-%%' from raw.tickets") == [
        (True, True)
    ]
    assert query("select count(*), count(distinct event_key), count(distinct actor_id) from raw.ticket_events") == [
        (2, 2, 2)
    ]


def test_rows_delivered_again_are_still_exact_repeats(night: Night, tmp_path: Path) -> None:
    for name in ("ticket_events.csv", "exclusions.csv"):
        (tmp_path / name).write_text(FILES[name] + "\n", encoding="utf-8")
    report = night.land(tmp_path)
    assert (report.rows.rows_in_file, report.rows.rows_repeated) == (3, 3)


def test_another_setting_or_secret_lands_nothing(night: Night, tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("ticket_id,opened_at\nT9,2026-01-05T09:12:44Z\n", encoding="utf-8")
    with pytest.raises(PersonalSettingChanged, match=r"expected 'contact=hash,free_text=drop.*found nothing"):
        night.land(tmp_path, PersonalData())
    with pytest.raises(PersonalSettingChanged, match=r"personal_secret.*backup of the home folder"):
        night.land(tmp_path, replace(night.personal, secret=b"another"))
    assert night.warehouse.query("select count(*) from raw.tickets where ticket_id = 'T9'") == [(0,)]


def test_whoever_loads_without_the_setting_is_stopped(night: Night) -> None:
    reading = choose_reading("tickets.csv", load_profiles(), load_contracts())
    with (
        session(night.warehouse.loader_url) as connection,
        connection.cursor() as cursor,
        pytest.raises(PersonalSettingChanged),
    ):
        load_delivery(cursor, BytesIO(), reading, delivery_id=1, as_of=AS_OF, limits=UnpackLimits())


def test_the_setting_may_change_until_the_first_row_is_in(warehouse: Warehouse, tmp_path: Path) -> None:
    for setting in ("contact=hash", "contact=drop", ""):
        personal = PersonalData.from_environment(tmp_path / "home", {PERSONAL_VARIABLE: setting})
        (tmp_path / "landing").mkdir(exist_ok=True)
        land_exports(warehouse.loader_url, tmp_path / "landing", as_of=AS_OF, run_id=setting, personal=personal)
    assert warehouse.query("select setting from ops.personal_setting order by 1") == [
        ("",), ("contact=drop",), ("contact=hash",)
    ]  # fmt: skip


def test_an_error_of_the_database_shows_no_row(warehouse: Warehouse, tmp_path: Path) -> None:
    """Under the default, which keeps every value: kept is not told."""
    warehouse.query("alter table raw.tickets add constraint odd check (title is null)")
    (tmp_path / "tickets.csv").write_text(
        f"ticket_id,opened_at,title\nT1,2026-01-05T09:12:44Z,{MARK}\n", encoding="utf-8"
    )
    said: list[str] = []
    with pytest.raises(LandingFailed) as failed:
        land_exports(warehouse.loader_url, tmp_path, as_of=AS_OF, run_id="odd", report=said.append)
    told = "".join([*traceback.format_exception(failed.value), *said])
    assert "violates check constraint" in told and "_insert_rows" in told
    assert MARK not in told
