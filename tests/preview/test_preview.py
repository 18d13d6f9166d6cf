"""What a change of the register would touch is told before any night runs with it, and nothing of it remains."""

from __future__ import annotations

import subprocess
from pathlib import Path
from string import Formatter
from typing import Any

import psycopg2
import pytest
import yaml

from supplier_sla.bilingual import LANGUAGES
from supplier_sla.landing.folder import LANDING_LOCK_KEY
from supplier_sla.preview.__main__ import main
from supplier_sla.preview.preview import Preview as Found
from supplier_sla.preview.preview import preview_change
from supplier_sla.preview.text import WORDS
from tests.conftest import REPOSITORY, Warehouse
from tests.explain import story
from tests.preview.conftest import MARTS, Preview
from tests.support.databases import another_warehouse
from tests.support.nights import build_and_publish, land, night, write_exports
from tests.support.register import Row, contract, service_level, ticket

NOT_YET = {"valid_from": "2027-01-01"}
STATE = ("raw", "ops", "finance")


def holiday(day: str, calendar_id: str = "OFFICE") -> dict[str, list[Row]]:
    return {"calendar_exceptions": [{"calendar_id": calendar_id, "exception_date": day, "exception_kind": "holiday"}]}


def target(minutes: str, **changes: Any) -> dict[str, list[Row]]:
    """RES-2 of priority p2 with another target; the story's is 960 minutes."""
    (row,) = (row for row in story.levels("C2", "RES-2") if row["priority_code"] == "p2")
    return {"service_levels": [{**row, "target_value": minutes, **changes}]}


def penalty(amount: str) -> dict[str, list[Row]]:
    (row,) = story.exports()["penalty_terms"]
    return {"penalty_terms": [{**row, "amount": amount}]}


def part(lines: list[str], heading: str) -> list[str]:
    """The lines under a heading, up to the next empty one."""
    rest = lines[lines.index(heading) + 1 :]
    return rest[: rest.index("")] if "" in rest else rest


def test_a_new_holiday_touches_the_clocks_that_ran_on_that_day(preview: Preview) -> None:
    lines = preview(holiday("2026-01-08"), "--list")
    assert "calendar OFFICE calendar_exceptions OFFICE 2026-01-08 new row - exception_kind=holiday" in lines
    assert part(lines, "TICKETS")[1:] == [
        "canonical/INC-7 RES-1 1 Excused",
        "canonical/INC-7 RES-2 1 Breached",
        "canonical/INC-7 UPD-2 1 Met",
        "canonical/INC-7 UPD-2 2 Breached",
    ]
    assert "calendar OFFICE 1 4" in part(lines, "TOUCHED")
    assert "C2 RES-2 2026-01 ended 1 1" in part(lines, "MONTHS")
    assert "1 C2 PT-2 2026-01 150.00 EUR 2026-02 -" in lines
    assert "They stay as they are: a difference becomes an adjustment line." in lines


def test_a_holiday_on_which_no_clock_ran_touches_nothing(preview: Preview) -> None:
    lines = preview(holiday("2026-01-20"))
    assert "calendar OFFICE 1 0" in part(lines, "TOUCHED")
    assert part(lines, "MONTHS") == ["none"]
    assert not [line for line in lines if "LEDGER" in line]


def test_a_changed_target_names_the_month_that_is_posted(preview: Preview) -> None:
    lines = preview(target("1500"))
    assert "contract C2 service_levels RES-2 p2 2020-01-01 target_value 960 1500" in lines
    assert "Measurements by verdict of today: Breached 1" in lines
    assert part(lines, "MONTHS")[1:] == ["C2 RES-2 2026-01 ended 1 1"]


def test_a_version_of_a_later_day_leaves_earlier_clocks_alone(preview: Preview) -> None:
    lines = preview(target("1500", valid_from="2026-03-01"))
    assert part(lines, "MONTHS") == ["none"]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [({"attainment_target": "0.5"}, "contract C2 1 0"), ({"service_level_name": "Repair time"}, "contract C2 1 0")],
)
def test_what_no_clock_reads_changes_no_measurement(changes: dict[str, str], counts: str, preview: Preview) -> None:
    lines = preview(target("960", **changes))
    assert counts in part(lines, "TOUCHED")
    judged = ["C2 RES-2 2026-01 ended 0 1"] if "attainment_target" in changes else []
    assert part(lines, "MONTHS")[1:] == judged


def test_another_amount_touches_the_ledger_and_no_measurement(preview: Preview) -> None:
    lines = preview(penalty("175.00"))
    assert "penalty clause PT-2 0 0" in part(lines, "TOUCHED")
    assert "C2 RES-2 2026-01 ended 0 1" in part(lines, "MONTHS")


def test_an_exclusion_that_nobody_has_approved_has_no_effect(preview: Preview) -> None:
    row = {"exclusion_id": "EX-9", "reason_code": "force_majeure", "ticket_id": "INC-7", "requested_by": "supplier"}
    (line,) = (line for line in preview({"exclusions": [row]}) if "EX-9" in line)
    assert line.endswith("(no effect as of this night)")
    approved = {**row, "approved_by": "vendor manager", "decided_at": "2026-02-01T00:00:00Z"}
    assert "ticket canonical/INC-7 1 4" in preview({"exclusions": [approved]})


def test_what_the_register_says_already_changes_nothing(preview: Preview) -> None:
    lines = preview(target("960"))
    assert part(lines, "WHAT THE REGISTER WOULD SAY OTHERWISE") == ["nothing: the register says all this already"]


def test_rows_that_would_be_kept_out_are_named(preview: Preview) -> None:
    lines = preview(holiday("yesterday"))
    kept_out = "calendar_exceptions.csv 0 of 1 rows loaded as calendar_exceptions, 1 quarantined"
    assert any(line.startswith(f"{kept_out}; after delivery") for line in lines)
    assert any(line.startswith("line 2, exception_date: expected") for line in lines)


def test_it_speaks_chinese(preview: Preview) -> None:
    lines = preview(target("1500"), "--lang", "zh")
    assert "合同 C2 service_levels RES-2 p2 2020-01-01 target_value 960 1500" in lines
    assert "C2 RES-2 2026-01 已结束 1 1" in lines
    assert "按现有判定：超时 1" in lines


def test_nothing_remains(preview: Preview, published: Warehouse) -> None:
    def everything() -> dict[str, Any]:
        tables = published.query(
            "select schemaname, tablename from pg_tables where schemaname = any(%s) order by 1, 2", (list(STATE),)
        )
        found: dict[str, Any] = {
            f"{schema}.{table}": published.query(
                f"select md5(string_agg(t::text, '' order by t::text)) from {schema}.{table} t"
            )
            for schema, table in tables
        }
        found["roles"] = published.query("select * from pg_auth_members order by 1, 2, 3")
        found["relations"] = published.query("select relnamespace, relname from pg_class order by 1, 2")
        return found

    before = everything()
    lines = preview({**holiday("2026-01-08"), **target("1500"), "fees": [{"contract_id": "yes"}]})
    assert "calendar OFFICE 1 4" in lines
    assert everything() == before


def test_nights_with_the_changes_alter_nothing_that_was_not_listed(template_database: str, tmp_path: Path) -> None:
    with another_warehouse(template_database, "with_the_changes") as warehouse:
        # In Auckland it was February already.
        late = ticket(
            "INC-20", "2026-01-31T20:00:00Z", ticket_type_code="night call", resolved_at="2026-02-01T01:00:00Z"
        )
        register = story.exports()
        further: dict[str, list[Row]] = {
            "tickets": [late],
            "suppliers": [{"supplier_id": "S3", "supplier_name": "Gamma"}],
            "contracts": [contract(contract_id="C3", supplier_id="S3"), contract(contract_id="C4", **NOT_YET)],
            "service_levels": [service_level("NEW-3", contract_id="C3"), service_level("NEW-4", contract_id="C4")],
        }
        before_all = {entity: [*rows, *further.get(entity, [])] for entity, rows in register.items()}
        night(warehouse, tmp_path / "before", before_all, story.AS_OF, marts=MARTS)
        for number, changes in enumerate(successive_changes()):
            write_exports(tmp_path / f"change {number}", changes)
            found = preview_change(warehouse.admin_url, tmp_path / f"change {number}")
            before = _results(warehouse)
            land(warehouse, tmp_path / f"change {number}", story.AS_OF)
            build_and_publish(warehouse, tmp_path / "before", story.AS_OF, marts=MARTS, dbt_tests="none")
            altered = _altered(before, _results(warehouse))
            assert any(altered), f"{changes}: a change that changes nothing proves nothing"
            unlisted = [sorted(one - listed, key=str) for one, listed in zip(altered, _listed(found), strict=True)]
            assert unlisted == [[], [], []], changes


def successive_changes() -> list[dict[str, list[Row]]]:
    """The changes of some nights, all kinds among them; each night's come on top of those before it."""
    register = story.exports()
    first, second = register["contracts"]
    office, short = register["calendars"]
    exclusion = {
        "exclusion_id": "EX-9", "reason_code": "force_majeure", "service_level_id": "UPD-2", "approved_by": "manager",
        "excluded_from": "2026-01-08T10:00:00Z", "excluded_to": "2026-01-09T08:30:00Z",
    }  # fmt: skip
    in_auckland = {**first, "time_zone": "Pacific/Auckland"}
    new_level, of_priority = (
        service_level("NEW-1", priority_code=priority, target_value="60") for priority in ("p4", "p3")
    )
    return [
        {**penalty("175.00"), "exclusions": [exclusion], "service_levels": [new_level]},
        {**holiday("2026-01-08"), **target("600"), "calendars": [{**short, "published_until": "2028-01-01"}]},
        {
            "calendars": [{**office, "wednesday": "08:00-20:00", "valid_from": "2026-01-05"}],
            "service_levels": [of_priority],
            "contracts": [in_auckland],
        },
        {
            "work_centres": [{"work_centre_id": "WC2", "supplier_id": "S3"}],
            "contracts": [
                {**second, "currency_code": "CHF", "valid_from": "2026-01-01"},
                contract(contract_id="C4", valid_from="2026-01-01"),
            ],
        },
        {"contracts": [{**in_auckland, "valid_to": "2025-12-01"}]},
    ]


Results = list[dict[tuple, tuple]]


def _altered(before: Results, after: Results) -> list[set[tuple]]:
    return [
        {key for key in {*was, *now} if was.get(key) != now.get(key)} for was, now in zip(before, after, strict=True)
    ]


def _results(warehouse: Warehouse) -> Results:
    """Measurements, months and amounts owed, by what the preview names them with; what is empty is left out."""
    measurements = (
        "select ticket_key, service_level_id, string_agg((to_jsonb(facts) - %s::text[])::text, ',' order by cycle_number)"
        " from marts.fct_ticket_sla as facts where service_level_id <> 'not_applicable' group by 1, 2"
    )
    months = (
        "select contract_id, service_level_id, period_month, (to_jsonb(facts) - %s::text[])::text"
        " from marts.fct_service_level_period as facts"
        " where measured_count + running_count + excused_count + not_measurable_count > 0"
    )
    owed = (
        "select contract_id, service_level_id, period_month, sum(owed_amount) from marts.fct_penalty"
        " where owed_amount <> 0 and %s::text[] is not null group by 1, 2, 3"
    )
    lineage = ["_source_file", "_source_row_number", "_delivery_id"]
    return [
        {row[:-1]: row[-1:] for row in warehouse.query(question, (lineage,))}
        for question in (measurements, months, owed)
    ]


def _listed(found: Found) -> list[set[tuple]]:
    months = {(row["contract_id"], row["service_level_id"], row["period_month"]) for row in found.periods}
    measurements = {(row["ticket_key"], row["service_level_id"]) for row in found.tickets}
    return [measurements, months, months]


def test_it_does_not_wait_for_a_night_that_is_landing(preview: Preview, published: Warehouse) -> None:
    with psycopg2.connect(published.loader_url) as landing, landing.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (LANDING_LOCK_KEY,))
        (line,) = preview(holiday("2026-01-08"), code=1)
    assert "found a night that is landing files; next: let it finish, then ask again" in line


def test_a_login_that_may_not_land_is_told_so(preview: Preview, published: Warehouse) -> None:
    (line,) = preview(holiday("2026-01-08"), code=1, url=published.transformer_url)
    assert "expected one that may act as loader" in line


def test_a_folder_that_is_not_there_is_named(
    published: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "nowhere"), "--database-url", published.admin_url]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    for group, words in yaml.safe_load(WORDS.read_text(encoding="utf-8")).items():
        for code, word in words.items():
            assert word.keys() == set(LANGUAGES), f"{group}.{code}"
            places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in word.values()]
            assert places[0] == places[1], f"{group}.{code}"


def test_help_is_answered_without_an_environment() -> None:
    finished = subprocess.run(
        [str(REPOSITORY / "scripts" / "preview_change"), "--help"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "usage: scripts/preview_change" in finished.stdout
