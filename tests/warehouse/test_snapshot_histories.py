"""A source that only delivers the current state of its tickets every night still gets a history."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from supplier_sla.explain.__main__ import main
from tests.conftest import Warehouse
from tests.explain.story import DOSSIER_MARTS
from tests.support import slot_tables
from tests.support.databases import another_warehouse
from tests.support.instants import utc
from tests.support.nights import Rows, build_and_publish, land, write_exports
from tests.support.register import contract, event, register, service_level, ticket
from tests.support.snapshots import nightly_source, nights, write_dumps

HOUR = 3600
DAY = 24 * HOUR

# Monday to Sunday, 23:00. OFFICE is open from 09:00 to 17:00, Monday to Friday.
MON, TUE, WED, THU, FRI, SAT, SUN = NIGHTS = nights(utc("2026-03-02 23:00"), 7)
AS_OF = SUN + timedelta(hours=1)
OPENED = "2026-03-02T09:00:00Z"

Seen = dict[datetime, dict[str, str]]

WAITS: Seen = {
    MON: {"state_code": "in_progress"},
    TUE: {"state_code": "waiting_customer"},
    WED: {"state_code": "waiting_customer"},
    THU: {"state_code": "in_progress"},
    FRI: {"state_code": "resolved", "resolved_at": "2026-03-06T10:00:00Z"},
}
STORIES: dict[str, Seen] = {
    "waits": WAITS,
    "waits, the night of its return is missing": {night: row for night, row in WAITS.items() if night != THU},
    "waits, a night of its wait is missing": {**WAITS, THU: WAITS[WED]} | {WED: {}},
    "still waits": {night: {"state_code": "waiting_customer"} for night in NIGHTS},
    "still waits, when last seen": {night: {"state_code": "waiting_customer"} for night in NIGHTS[:4]},
    "reopened": {
        TUE: {"state_code": "resolved", "resolved_at": "2026-03-03T10:00:00Z"},
        WED: {"state_code": "in_progress"},
        THU: {"state_code": "closed", "resolved_at": "2026-03-05T11:00:00Z", "closed_at": "2026-03-05T12:00:00Z"},
    },
    "resolution corrected": {
        TUE: {"state_code": "resolved", "resolved_at": "2026-03-03T12:00:00Z"},
        WED: {"state_code": "resolved", "resolved_at": "2026-03-03T10:00:00Z"},
    },
    "resolved twice": {
        TUE: {"state_code": "resolved", "resolved_at": "2026-03-03T10:00:00Z"},
        WED: {"state_code": "resolved", "resolved_at": "2026-03-04T15:00:00Z"},
    },
    "assigned while it waits": {
        MON: {"state_code": "waiting_customer"},
        TUE: {"state_code": "waiting_customer", "assigned_at": "2026-03-03T10:00:00Z"},
    },
    "resolved without an instant": {MON: {"state_code": "in_progress"}, TUE: {"state_code": "resolved"}},
    "resolution dated back": {
        TUE: {"state_code": "in_progress"},
        WED: {"state_code": "resolved", "resolved_at": "2026-03-03T10:00:00Z"},
    },
    "dated by the tool": {
        MON: {"state_code": "in_progress", "updated_at": "2026-03-02T15:00:00Z"},
        TUE: {"state_code": "on_hold", "updated_at": "2026-03-03T12:00:00Z"},
        WED: {"state_code": "on_hold", "updated_at": "2026-03-03T12:00:00Z"},
        THU: {"state_code": "on_hold", "updated_at": "2026-03-03T12:00:00Z"},
        FRI: {"state_code": "in_progress", "updated_at": "2026-03-06T14:00:00Z"},
    },
    "handed on": {
        MON: {"state_code": "assigned", "priority_code": "P3", "work_centre_id": "WC1", "assigned_at": "2026-03-02T10:00:00Z"},
        TUE: {"state_code": "assigned", "priority_code": "P3", "work_centre_id": "WC1", "assigned_at": "2026-03-02T10:00:00Z"},
        WED: {"state_code": "assigned", "priority_code": "P2", "work_centre_id": "WC2", "assigned_at": "2026-03-04T12:00:00Z"},
    },
    "has a log of its states": {**WAITS, THU: {"state_code": "in_progress", "priority_code": "P1"}}
    | {night: {**WAITS[night], "priority_code": "P2"} for night in (MON, TUE, WED)},
}  # fmt: skip


def dumps() -> dict[datetime, list[dict[str, str]]]:
    """What the tool delivers each night; {} is a night on which the ticket is not in the file."""
    rows: dict[datetime, list[dict[str, str]]] = {night: [] for night in NIGHTS}
    for ticket_id, seen in {**STORIES, **RANDOM_STORIES}.items():
        for night, row in seen.items():
            if row:
                columns = ticket(ticket_id, OPENED, **row)
                rows[night].append({**columns, "ticket_type_code": "calendar" if "random" in ticket_id else ""})
    return rows


def _random_stories() -> dict[str, Seen]:
    """Tickets that wait, work and end as chance has it; each a second and a third time with nights missing."""
    chance = random.Random(20260302)
    stories: dict[str, Seen] = {}
    for number in range(30):
        states = [chance.choice(("in_progress", "waiting_customer", "on_hold", "awaiting_parts")) for _ in NIGHTS]
        told = {night: {"state_code": state} for night, state in zip(NIGHTS, states, strict=True)}
        if number % 3:
            end = chance.randrange(2, 7)
            ended_at = NIGHTS[end] - timedelta(hours=chance.randrange(1, 24))
            ended = {"state_code": "resolved", "resolved_at": ended_at.isoformat()}
            told |= dict.fromkeys(NIGHTS[end:], ended)
        stories[f"random {number}"] = told
        for copy in "ab":
            missing = chance.sample(NIGHTS[:-1], chance.randrange(1, 5))
            stories[f"random {number} {copy}"] = {night: row for night, row in told.items() if night not in missing}
    return stories


RANDOM_STORIES = _random_stories()

LOGGED = [
    ("opened", OPENED, {}),
    ("state_changed", "2026-03-02T09:30:00Z", {"state_code": "in_progress"}),
    ("state_changed", "2026-03-03T11:00:00Z", {"state_code": "waiting_customer"}),
    ("resumed", "2026-03-05T14:00:00Z", {}),
    ("resolved", "2026-03-06T10:00:00Z", {}),
]
LEVELS = [
    service_level("RES", target_value="1200", ticket_type_code=""),
    service_level(
        "CAL", target_unit="calendar_minutes", calendar_id="", target_value="600", ticket_type_code="calendar",
        pause_states="waiting_customer;on_hold;awaiting_parts",
    ),
]  # fmt: skip
EXPORTS: dict[str, Rows] = {
    **register(
        service_levels=LEVELS,
        suppliers=[{"supplier_id": f"S{number}"} for number in (1, 2)],
        work_centres=[{"work_centre_id": f"WC{number}", "supplier_id": f"S{number}"} for number in (1, 2)],
        contracts=[contract(), contract(contract_id="C2", supplier_id="S2")],
    ),
    "tickets": [ticket("waits", OPENED)],
    "ticket_events": [
        *(event("waits", at, kind, **values) for kind, at, values in LOGGED),
        *(event("has a log of its states", at, kind, source_system="nightly", **values) for kind, at, values in LOGGED),
    ],
}


@dataclass(frozen=True)
class Week:
    """The published week of nightly dumps, and the marts to which two ways lead."""

    warehouse: Warehouse
    marts_in_order_in_full: dict[str, str]
    marts_out_of_order_by_increments: dict[str, str]


@pytest.fixture(scope="module")
def week(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """Deliveries that begin in the middle of the week and end with its first nights; and the same in order."""
    home = tmp_path_factory.mktemp("week")
    with nightly_source():
        with another_warehouse(template_database, "snapshots_in_order") as warehouse:
            write_exports(home / "landing", EXPORTS)
            _land(warehouse, home, *NIGHTS, as_of=FRI)
            build_and_publish(warehouse, home, AS_OF, marts=DOSSIER_MARTS, dbt_tests="none")
            in_order = _digest(warehouse)
        with another_warehouse(template_database, "snapshots") as warehouse:
            home = tmp_path_factory.mktemp("other_week")
            write_exports(home / "landing", EXPORTS)
            _land(warehouse, home, WED, FRI, THU, as_of=FRI)
            build_and_publish(warehouse, home, FRI + timedelta(hours=1), marts=DOSSIER_MARTS, dbt_tests="none")
            # A night made by hand in the other slot, so that the next one builds upon the first.
            slot_tables.night(warehouse, as_of=SAT)
            _land(warehouse, home, SUN, SAT, TUE, MON, as_of=FRI)
            build_and_publish(warehouse, home, AS_OF, marts=DOSSIER_MARTS)
            ((reason,),) = warehouse.query("select build_reason from ops.slot where slot = 'marts_blue'")
            assert reason.startswith("incremental, 4 of"), reason
            yield Week(warehouse, in_order, _digest(warehouse))


def _land(warehouse: Warehouse, home: Path, *nights: datetime, as_of: datetime) -> None:
    """Land one dump after the other, in the order given."""
    every_night = dumps()
    for night in nights:
        write_dumps(home / "landing", {night: every_night[night]})
        land(warehouse, home / "landing", as_of + timedelta(hours=1))


def _digest(warehouse: Warehouse) -> dict[str, str]:
    """One hash per readers' table over all its rows, but for where they came from: of two files that say the same, the first."""
    views = warehouse.query("select viewname from pg_views where schemaname = 'marts' order by 1")
    digest = (
        "select coalesce(md5(string_agg(said::text, E'\\n' order by said::text)), '')"
        " from (select to_jsonb(t) - array['_source_file', '_source_row_number', '_delivery_id'] as said from marts.{} as t) as rows"
    )
    # Which delivery came last is all that dim_source_delivery says.
    return {view: warehouse.query(digest.format(view))[0][0] for (view,) in views if view != "dim_source_delivery"}


@pytest.fixture
def history(week: Week) -> Callable[..., list[tuple[str, str, str]]]:
    """Derived events of a ticket: when (hours and minutes of a day), type, what changed to what."""

    def read(ticket_id: str, *, where: str = "is_derived") -> list[tuple[str, str, str]]:
        found = week.warehouse.query(
            "select to_char(event_at at time zone 'UTC', 'Dy HH24:MI'), event_type,"
            " case event_type when 'priority_changed' then priority_code when 'work_centre_changed' then work_centre_id"
            f" else state_code end from intermediate_blue.int_ticket__events where ticket_key = %s and {where}"
            " order by event_rank",
            (f"nightly/{ticket_id}",),
        )
        return [tuple(row) for row in found]

    return read


def measured(week: Week, ticket_key: str) -> tuple[str, int]:
    """Status and elapsed seconds."""
    ((status, elapsed),) = week.warehouse.query(
        "select status_code, elapsed_seconds from marts.fct_ticket_sla where ticket_key = %s", (ticket_key,)
    )
    return status, elapsed


def test_a_change_is_dated_by_the_snapshot_that_shows_it_or_by_the_column_that_explains_it(history: Callable) -> None:
    assert history("waits") == [
        ("Mon 23:00", "state_changed", "in_progress"),
        ("Tue 23:00", "state_changed", "waiting_customer"),
        ("Thu 23:00", "state_changed", "in_progress"),
        ("Fri 10:00", "state_changed", "resolved"),
    ]


def test_a_wait_that_only_snapshots_show_stops_the_clock(week: Week) -> None:
    """The log: 8 + 2 + 3 + 1 hours; the snapshots move the wait by up to a night, and come to the same verdict."""
    assert measured(week, "canonical/waits") == ("met", 14 * HOUR)
    assert measured(week, "nightly/waits") == ("met", 17 * HOUR)


def test_the_dossier_says_that_the_wait_is_derived_and_how_well_it_is_known(
    week: Week, capsys: pytest.CaptureFixture[str]
) -> None:
    bounds = "derived from snapshots: after Mon 2026-03-02 23:00:00 +00:00, not after Tue 2026-03-03 23:00:00 +00:00"
    assert main(["nightly/waits", "--database-url", week.warehouse.transformer_url]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Derived from snapshots 4 of the events read; each lies within bounds at most 24:00:00 wide" in lines
    assert any(line.endswith(f"- dump_2026-03-03.csv line 2 ({bounds})") for line in lines)
    assert any("stood still" in line and bounds in line for line in lines)
    assert main(["canonical/waits", "--database-url", week.warehouse.transformer_url]) == 0
    assert "erived" not in capsys.readouterr().out
    assert main(["nightly/still waits", "--lang", "zh", "--database-url", week.warehouse.transformer_url]) == 0
    told = capsys.readouterr().out
    assert "由快照推断" in told
    assert "晚于本次截止时间" not in told


def test_the_readers_tables_say_what_is_derived(week: Week) -> None:
    counts = "select ticket_key, derived_event_count from marts.fct_ticket where ticket_id = 'waits' order by 1"
    assert week.warehouse.query(counts) == [("canonical/waits", 0), ("nightly/waits", 4)]
    stretches = (
        "select distinct event_known_from_at, event_known_until_at from marts.rpt_ticket_sla_stretch"
        " where ticket_key = 'nightly/waits' and clock_state_code = 'paused' and is_event_derived"
    )
    assert week.warehouse.query(stretches) == [(MON, TUE)]


def test_a_wait_ends_when_the_first_missing_snapshot_was_due(week: Week, history: Callable) -> None:
    assert history("waits, the night of its return is missing")[2:] == [
        ("Thu 23:00", "state_changed", "unseen"),
        ("Fri 10:00", "state_changed", "resolved"),
    ]
    assert history("waits, a night of its wait is missing")[1:] == [
        ("Tue 23:00", "state_changed", "waiting_customer"),
        ("Wed 23:00", "state_changed", "unseen"),
        ("Thu 23:00", "state_changed", "waiting_customer"),
        ("Fri 10:00", "state_changed", "resolved"),
    ]
    assert measured(week, "nightly/waits, a night of its wait is missing")[1] == (8 + 8 + 8) * HOUR


def test_a_ticket_that_no_snapshot_shows_any_more_does_not_wait_for_ever(week: Week, history: Callable) -> None:
    assert history("still waits") == [("Mon 23:00", "state_changed", "waiting_customer")]
    assert history("still waits, when last seen")[1:] == [("Sat 11:00", "state_changed", "unseen")]
    assert measured(week, "nightly/still waits")[0] == "paused"
    assert measured(week, "nightly/still waits, when last seen")[0] == "running"


def test_a_missing_night_never_makes_a_clock_shorter(week: Week) -> None:
    elapsed = dict(
        week.warehouse.query(
            "select ticket_id, elapsed_seconds from marts.fct_ticket_sla where service_level_id = 'CAL'"
        )
    )
    assert len(elapsed) == 90
    shorter = [name for name in elapsed if name[-1] in "ab" and elapsed[name] < elapsed[name[:-2]]]
    assert shorter == []
    assert sum(elapsed[name] > elapsed[name[:-2]] for name in elapsed if name[-1] in "ab") > 10


def test_a_ticket_that_is_at_work_again_was_reopened(week: Week, history: Callable) -> None:
    assert history("reopened") == [
        ("Tue 10:00", "state_changed", "resolved"),
        ("Wed 23:00", "reopened", "in_progress"),
        ("Thu 12:00", "state_changed", "closed"),
    ]
    # The resolution before the closing was seen by no snapshot; the ticket's own column stands in for it.
    assert history("reopened", where="is_stand_in") == [
        ("Mon 09:00", "opened", "new"),
        ("Thu 11:00", "resolved", "resolved"),
    ]


def test_another_resolution_since_the_last_snapshot_tells_that_the_ticket_was_reopened(history: Callable) -> None:
    assert history("resolved twice") == [
        ("Tue 10:00", "state_changed", "resolved"),
        ("Tue 23:00", "reopened", "unseen"),
        ("Wed 15:00", "state_changed", "resolved"),
    ]


def test_a_ticket_that_is_assigned_while_it_waits_goes_on_waiting(history: Callable) -> None:
    assert history("assigned while it waits", where="event_at < '2026-03-04'") == [
        ("Mon 09:00", "opened", "new"),
        ("Mon 23:00", "state_changed", "waiting_customer"),
        ("Tue 10:00", "assigned", "waiting_customer"),
    ]


def test_the_last_word_on_an_end_counts_as_far_as_no_snapshot_contradicts_it(history: Callable) -> None:
    assert history("resolution corrected") == [("Tue 10:00", "state_changed", "resolved")]
    assert history("resolved without an instant")[1:] == [("Tue 23:00", "state_changed", "resolved")]
    assert history("resolution dated back")[1:] == [("Tue 23:00", "state_changed", "resolved")]
    assert history("resolution dated back", where="event_type = 'resolved'") == []


def test_updated_at_dates_a_change_and_unchanged_nights_are_not_missing(week: Week, history: Callable) -> None:
    assert history("dated by the tool") == [
        ("Mon 15:00", "state_changed", "in_progress"),
        ("Tue 12:00", "state_changed", "on_hold"),
        ("Fri 14:00", "state_changed", "in_progress"),
    ]


def test_changes_of_priority_and_work_centre_are_events_and_what_was_before_held_since_the_opening(
    week: Week, history: Callable
) -> None:
    assert history("handed on") == [
        ("Mon 10:00", "state_changed", "assigned"),
        ("Wed 12:00", "work_centre_changed", "WC2"),
        ("Wed 23:00", "priority_changed", "P2"),
    ]
    opening = "select priority_code, work_centre_id, supplier_id from intermediate_blue.int_ticket__events"
    first = f"{opening} where ticket_key = 'nightly/handed on' and event_rank = 1"
    assert week.warehouse.query(first) == [("P3", "WC1", "S1")]


def test_a_log_of_the_same_kind_goes_before_what_snapshots_show(week: Week, history: Callable) -> None:
    assert history("has a log of its states") == [("Thu 23:00", "priority_changed", "P1")]
    assert measured(week, "nightly/has a log of its states") == ("met", 14 * HOUR)


def test_any_order_of_the_snapshots_and_an_increment_or_a_full_build_give_the_same_bytes(week: Week) -> None:
    assert week.marts_in_order_in_full["fct_ticket_sla"] != ""
    assert week.marts_out_of_order_by_increments == week.marts_in_order_in_full
