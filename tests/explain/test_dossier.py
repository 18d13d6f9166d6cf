"""A ticket with a pause, a holiday, an exclusion, a handover and a change of priority, explained to the second."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Warehouse
from tests.explain.conftest import Explain

MOMENT = r"(?:\w{3} \d{4}-\d\d-\d\d|\d{4}-\d\d-\d\d 周.) \d\d:\d\d:\d\d [+-]\d\d:\d\d"
STRETCH = re.compile(rf"^ +({MOMENT})  ({MOMENT}) +(\S+) +(\S+) +(\S+)  (.*)$", re.MULTILINE)
TOTAL = re.compile(r"(?:Total|合计) (\d+:\d\d:\d\d) = (\d+)")

# What a supplier would contest, with the answer; blanks between columns count as one.
CONTESTED = {
    "en": [
        "Mon 2026-01-05 17:00:00 +01:00 Wed 2026-01-07 09:00:00 +01:00 0:00:00 0:00:00 7:30:00 closed, 2026-01-06 Epiphany (holiday)",
        "Wed 2026-01-07 10:00:00 +01:00 Wed 2026-01-07 12:00:00 +01:00 2:00:00 0:00:00 8:30:00 stood still; waiting for the customer,"
        " reason access_refused since event 2 (State changed, by agent-17, ticket_events.csv line 3)",
        "-- from here priority p2, target 16:00:00",
        "Wed 2026-01-07 14:00:00 +01:00 Wed 2026-01-07 15:00:00 +01:00 1:00:00 0:00:00 10:30:00 excluded by EX-2, Planned maintenance;"
        " asked for by supplier, approved by vendor manager, evidence change CHG-12",
        "-- from here held by S2 Beta",
        "-- Thu 2026-01-08 12:30:00 +01:00: the target is used up",
        "Thu 2026-01-08 12:30:00 +01:00 Fri 2026-01-09 11:00:00 +01:00 6:30:00 6:30:00 22:30:00 ran on in the open hours;"
        " in progress since event 3 (Resumed, by agent-17, ticket_events.csv line 4)",
        "Total 22:30:00 = 81000 seconds: this is the time counted in the verdict.",
        "Started Mon 2026-01-05 09:30:00 +01:00, event 1 (Opened)",
        "Due Thu 2026-01-08 12:30:00 +01:00",
        "Stopped Fri 2026-01-09 11:00:00 +01:00, event 7 (Resolved)",
        "Time counted 22:30:00 of 16:00:00 (140.63 % of the target), 6:30:00 over",
        "Held by S1 Acme 12:30:00, S2 Beta 10:00:00; together 22:30:00",
        "Who answers for it S2 Beta",
        "Target 16:00:00 (960 minutes of open time); at the start 24:00:00",
        "Clause 4.1",
        "Calendar OFFICE Office hours, Europe/Berlin, version from 2020-01-01, published until 2028-01-01; calendars.csv line 2",
        "Mon-Fri 09:00-17:00",
    ],
    "zh": [
        "2026-01-05 周一 17:00:00 +01:00 2026-01-07 周三 09:00:00 +01:00 0:00:00 0:00:00 7:30:00 非服务时间，2026-01-06 主显节（节假日）",
        "2026-01-07 周三 10:00:00 +01:00 2026-01-07 周三 12:00:00 +01:00 2:00:00 0:00:00 8:30:00"
        " 暂停；自事件 2 起为等待客户，原因 access_refused（状态变更，agent-17，ticket_events.csv 第 3 行）",
        "-- 自此优先级 p2，目标 16:00:00",
        "2026-01-07 周三 14:00:00 +01:00 2026-01-07 周三 15:00:00 +01:00 1:00:00 0:00:00 10:30:00"
        " 排除：EX-2，计划内维护；申请人 supplier，批准人 vendor manager，依据 change CHG-12",
        "-- 自此由 S2 贝塔 持有",
        "-- 2026-01-08 周四 12:30:00 +01:00：目标用尽",
        "合计 22:30:00 = 81000 秒：与判定所用时间一致。",
        "已计时间 22:30:00 / 16:00:00（目标的 140.63 %），超出 6:30:00",
        "持有时间 S1 极致服务 12:30:00，S2 贝塔 10:00:00；合计 22:30:00",
        "责任方 S2 贝塔",
        "周一-周五 09:00-17:00",
    ],
}  # fmt: skip


def squeezed(text: str) -> list[str]:
    """The lines without indentation, runs of blanks as one."""
    return [" ".join(line.split()) for line in text.splitlines()]


def seconds(duration: str) -> int:
    hours, minutes, rest = map(int, duration.split(":"))
    return hours * 3600 + minutes * 60 + rest


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_contested_second_is_answered(language: str, explain: Explain) -> None:
    lines = squeezed(explain("INC-7", "--level", "RES-2", "--lang", language))
    assert [line for line in CONTESTED[language] if line not in lines] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ticket", ["INC-7", "INC-9", "INC-10", "other/INC-8"])
def test_every_second_is_told_once_and_the_seconds_add_up(
    ticket: str, language: str, explain: Explain, told: Warehouse
) -> None:
    dossier = explain(ticket, "--lang", language)
    clocks = re.split(r"^MEASUREMENT |^计量 ", dossier, flags=re.MULTILINE)[1:]
    elapsed = told.query(
        "select elapsed_seconds from marts.fct_ticket_sla where ticket_key = any(%s)"
        " order by contract_id nulls last, service_level_id, cycle_number",
        ([f"canonical/{ticket}", ticket],),
    )
    assert len(clocks) == len(elapsed)
    for clock, (counted,) in zip(clocks, elapsed, strict=True):
        stretches = STRETCH.findall(clock)
        if not stretches:
            assert counted is None
            continue
        assert [before[1] for before in stretches[:-1]] == [after[0] for after in stretches[1:]]
        total = sum(seconds(stretch[3]) for stretch in stretches)
        assert total == seconds(stretches[-1][4]) == int(TOTAL.findall(clock)[0][1])
        assert counted in (None, total)


def test_a_penalty_leads_from_the_file_to_the_extract(explain: Explain, told: Warehouse) -> None:
    lines = squeezed(explain("INC-7", "--level", "RES-2"))
    ((line_hash,),) = told.query("select line_hash from finance.ledger_line")
    for line in [
        "Delivered as tickets.csv line 2",
        "8 ticket_events.csv ticket_events 2, 3, 4, 5, 6, 7, 8; kept out: 9 Tue 2026-02-10 13:00:00 +01:00 loaded in part",
        "3 Wed 2026-01-07 12:00:00 +01:00 Resumed in progress p3 WC1 First line / S1 agent-17 ticket_events.csv line 4",
        "Verdict of the tool met; OURS IS ANOTHER: the tool takes the target of the ticket's first or last priority alone",
        "Attainment 0.00 %: 0 met of 1 measured, 1 missed; target 95.00 %: target missed",
        "Penalty clause 9.2 (PT-2, fixed amount per miss, penalty_terms.csv line 2): Rate times units: 1 x 150.00 = 150.00; owed 150.00 EUR",
        "Ledger line 1, first line: 150.00 EUR for clause PT-2, accounting period 2026-02, hash"
        f" {line_hash[:12]}...; this ticket is part of its evidence; extract 1 for finance (penalty_extract_000001.csv, clock_extract_000001.csv, breach_extract_000001.csv)",
    ]:
        assert line in lines


def test_a_column_of_the_ticket_that_stands_in_for_an_event_is_marked(explain: Explain) -> None:
    assert (
        "8 Mon 2026-01-12 09:00:00 +01:00 Closed closed p2 WC2 Second line / S2 - tickets.csv line 2"
        " (stand-in: column of the ticket, no event)"
    ) in squeezed(explain("INC-7"))


def test_who_does_not_answer_is_told_why(explain: Explain) -> None:
    lines = squeezed(explain("INC-7", "--level", "RES-1"))
    assert "Verdict Excused: another party answers for it by the contract's rule on handovers" in lines
    assert "Who answers for it S2 Beta, not S1 Acme" in lines
    assert "Ledger nothing posted with this ticket as evidence" in lines


def test_each_cycle_is_a_measurement_of_its_own(explain: Explain) -> None:
    lines = squeezed(explain("INC-7", "--level", "UPD-2"))
    assert "MEASUREMENT 1 OF 2: UPD-2 (next_update), cycle 1" in lines
    assert "MEASUREMENT 2 OF 2: UPD-2 (next_update), cycle 2" in lines
    assert "Due Thu 2026-01-08 13:00:00 +01:00, had the clock gone on" in lines
    assert lines.count("Clock starts with the assignment to the supplier or an update by the supplier") == 1
    assert lines.count("Terms those of measurement 1") == 1
    assert lines.count("Target 4:00:00 (240 minutes of open time)") == 2


def test_an_hour_that_happens_twice_is_told_apart(explain: Explain) -> None:
    berlin = squeezed(explain("INC-9", "--level", "DAY-1", "--zone", "Europe/Berlin"))
    assert "Started Sun 2025-10-26 02:30:00 +02:00, event 1 (Opened)" in berlin
    assert "Stopped Sun 2025-10-26 02:30:00 +01:00, event 2 (Resolved)" in berlin
    assert "Calendar none: every second counts" in berlin
    assert "Total 1:00:00 = 3600 seconds: this is the time counted in the verdict." in berlin


def test_instants_are_shown_in_another_zone_on_request(explain: Explain) -> None:
    lines = squeezed(explain("INC-7", "--level", "RES-2", "--zone", "Asia/Shanghai"))
    assert "Due Thu 2026-01-08 19:30:00 +08:00" in lines
    assert "expected an IANA name" in explain("INC-7", "--zone", "Middle/Earth", code=1)


def test_days_that_are_not_published_are_told_and_not_counted(explain: Explain) -> None:
    lines = squeezed(explain("INC-10"))
    assert "Verdict Not measurable: the calendar is not published for all days of the clock" in lines
    assert (
        "Thu 2026-01-08 00:00:00 +01:00 Fri 2026-01-09 11:00:00 +01:00 0:00:00 0:00:00 1:00:00 calendar not published, not counted"
    ) in lines
    assert "Total 1:00:00 = 3600 seconds up to where it can be told; the verdict tells no time." in lines


def test_events_out_of_order_are_told_without_a_clock(explain: Explain) -> None:
    lines = squeezed(explain("INC-11"))
    assert "Verdict Not measurable: the stop event lies before the start event, so no time can be told" in lines
    assert "Time counted not told" in lines
    assert not [line for line in lines if line.startswith(("Due", "Stopped", "The clock"))]


def test_a_withdrawn_ticket_is_told_up_to_its_withdrawal(explain: Explain) -> None:
    lines = squeezed(explain("INC-12"))
    assert "Verdict Excused: the ticket was withdrawn" in lines
    assert "Total 0:30:00 = 1800 seconds: this is the time counted in the verdict." in lines
    assert not [line for line in lines if line.startswith(("Due", "Stopped"))]


def test_what_a_ticket_says_cannot_steer_the_terminal(explain: Explain) -> None:
    dossier = explain("INC-7")
    assert r"Line 3 \x1b[31munstable" in dossier
    assert all(line.isprintable() for line in dossier.splitlines())


def test_a_ticket_without_a_service_level_is_told_why(explain: Explain) -> None:
    assert (
        "Verdict No service level: no service level of the contracts in force is for tickets like this one"
        in squeezed(explain("other/INC-8"))
    )
