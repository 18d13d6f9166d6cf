"""Contracts of which each owes 100.00 EUR for one missed ticket of December, with what was decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.instants import utc
from tests.support.register import Row, calendar, contract, register, service_level, ticket
from tests.support.slot_tables import breach, penalty

# The evening of the 5th in UTC is the morning of Tuesday, 6 January in Shanghai.
PROPOSED = utc("2026-01-05 22:54:00")
CORRECTED = utc("2026-01-08 22:54:00")
# The midnight that ends Monday, 19 January in Shanghai.
AS_OF = utc("2026-01-19 16:00:00")

# Thursday and Friday are a holiday for which Saturday, the 10th, is worked: working days after the 6th are the 7th, 10th
# and 12th, the eighth is the 19th.
EXCEPTIONS = [
    {"calendar_id": "CN", "exception_date": "2026-01-08", "exception_kind": "holiday"},
    {"calendar_id": "CN", "exception_date": "2026-01-09", "exception_kind": "holiday"},
    {
        "calendar_id": "CN",
        "exception_date": "2026-01-10",
        "exception_kind": "makeup_working_day",
        "hours": "09:00-17:00",
    },
]


@dataclass(frozen=True)
class Case:
    """One contract: its terms, what was decided, what the two evenings before proposed (the real night owes 100.00)."""

    name: str
    terms: Mapping[str, str] | None = None
    decisions: tuple[Row, ...] = ()
    proposed: tuple[str, ...] = ("100.00",)


def objection(days: int, calendar_id: str = "CN", **terms: str) -> Row:
    """A tacit approval after so many working days."""
    return {"objection_working_days": str(days), "objection_calendar_id": calendar_id, **terms}


def decided(kind: str, at: str, **what: Any) -> Row:
    """A decision about the contract, on a day and hour of January 2026 in UTC."""
    return {"decision_kind": kind, "decided_at": f"2026-01-{at}:00Z", "decided_by": "controller", **what}


EXPLICIT = {"approval_policy": "explicit"}
LINE = {"penalty_term_id": "a", "period_month": "2025-12"}

CASES = (
    Case("no-window"),
    Case("makeup-day", objection(3)),
    Case("ends-with-the-night", objection(8)),
    Case("ends-a-day-later", objection(9)),
    Case("unpublished", objection(8, "CN-SHORT")),
    Case("days-before-the-calendar", objection(3, "CN-LATE")),
    Case("explicit", EXPLICIT),
    Case("approved", EXPLICIT, (decided("approve", "07T08:00"),)),
    Case("approved-clause-and-month", EXPLICIT, (decided("approve", "07T08:00", **LINE),)),
    Case("approved-before", EXPLICIT, (decided("approve", "05T22:54"),)),
    Case("approved-other-month", EXPLICIT, (decided("approve", "07T08:00", period_month="2026-01"),)),
    Case("approved-later", EXPLICIT, (decided("approve", "20T08:00"),)),
    Case("approved-early", objection(9), (decided("approve", "07T08:00"),)),
    Case("disputed", objection(3), (decided("dispute", "08T08:00", **LINE),)),
    Case("disputed-late", decisions=(decided("dispute", "15T08:00"),)),
    Case("disputed-other-clause", decisions=(decided("dispute", "08T08:00", penalty_term_id="b"),)),
    Case("disputed-ticket", objection(3), (decided("dispute", "08T08:00", ticket_id="disputed-ticket-1"),)),
    Case("disputed-other-ticket", objection(3), (decided("dispute", "08T08:00", ticket_id="explicit-1"),)),
    Case("upheld", objection(3), (decided("dispute", "08T08:00", **LINE), decided("ruling", "15T09:00", outcome_code="upheld", **LINE))),
    Case("upheld-early", objection(3), (decided("dispute", "08T08:00", **LINE), decided("ruling", "09T09:00", outcome_code="upheld", **LINE))),
    Case("disputed-again", objection(3), (
        decided("dispute", "08T08:00", **LINE), decided("dispute", "10T08:00"),
        decided("ruling", "15T09:00", outcome_code="upheld", **LINE), decided("ruling", "16T09:00", outcome_code="upheld"),
    )),
    Case("ruling-elsewhere", objection(3), (decided("dispute", "08T08:00", **LINE), decided("ruling", "15T09:00", outcome_code="upheld"))),
    Case("ruling-later", objection(3), (decided("dispute", "08T08:00"), decided("ruling", "20T09:00", outcome_code="upheld"))),
    Case("ruling-by-name", objection(3), (
        decided("dispute", "08T08:00", **LINE),
        decided("ruling", "15T09:00", outcome_code="reduced", amount="40.00", answers_decision_id="ruling-by-name-1"),
    )),
    Case("ticket-by-name", decisions=(
        decided("dispute", "08T08:00", ticket_id="ticket-by-name-1"),
        decided("ruling", "15T09:00", outcome_code="reversed", answers_decision_id="ticket-by-name-1"),
    )),
    Case("reversed", decisions=(decided("dispute", "08T08:00"), decided("ruling", "15T09:00", outcome_code="reversed"))),
    Case("reduced", decisions=(decided("dispute", "08T08:00", **LINE), decided("ruling", "15T09:00", outcome_code="reduced", amount="40.00", **LINE))),
    Case("reduced-to-more", decisions=(decided("ruling", "15T09:00", outcome_code="reduced", amount="140.00", **LINE),)),
    Case("reversed-then-upheld", decisions=(
        decided("ruling", "15T09:00", outcome_code="reversed", **LINE), decided("ruling", "16T09:00", outcome_code="upheld", **LINE),
    )),
    Case("waived", decisions=(decided("waive", "15T09:00"),)),
    Case("waived-in-part", decisions=(decided("waive", "15T09:00", amount="75.00", **LINE),)),
    Case("reduced-and-waived", decisions=(
        decided("ruling", "15T09:00", outcome_code="reduced", amount="40.00", **LINE), decided("waive", "16T09:00", **LINE),
    )),
    Case("amount-of-no-line", objection(3), (
        decided("dispute", "08T08:00"), decided("ruling", "15T09:00", outcome_code="reduced", amount="40.00"),
    )),
    Case("same-instant", decisions=(decided("waive", "15T09:00", amount="80.00", **LINE), decided("waive", "15T09:00", amount="60.00", **LINE))),
    Case("ticket-waived", decisions=(decided("waive", "15T09:00", ticket_id="ticket-waived-1"),)),
    Case("own-request", decisions=(decided("waive", "15T09:00", requested_by=" Controller"),)),
    Case("unknown-things", decisions=(
        decided("waive", "15T09:00", penalty_term_id="z", ticket_id="nowhere"), decided("ruling", "15T09:00", answers_decision_id="D-0"),
    )),
    Case("corrected", proposed=("130.00",)),
    Case("corrected-in-the-window", objection(9), proposed=("130.00",)),
    Case("added-while-disputed", decisions=(decided("dispute", "06T08:00"),), proposed=("90.00", "120.00")),
    Case("extracted", decisions=(decided("dispute", "12T08:00"),)),
    Case("extracted-paid"),
    Case("extracted-rejected"),
)  # fmt: skip


def proposed(cases: Iterable[Case], evening: int) -> tuple[list[Row], list[Row]]:
    """Rows of fct_penalty and fct_sla_breach of an evening before; a contract that is no longer known is among them."""
    case_list = [*cases, Case("gone")]
    december = {"period_month": "2025-12-01"}
    return (
        [
            penalty(
                contract_id=case.name, penalty_term_id=f"{case.name}/a", service_level_id=f"{case.name}-level",
                currency_code="EUR", owed_amount=case.proposed[evening], **december,
            )
            for case in case_list
        ],
        [
            breach(
                f"{case.name}-1", source_system="canonical", ticket_key=f"canonical/{case.name}-1",
                contract_id=case.name, service_level_id=f"{case.name}-level", **december,
            )
            for case in case_list
        ],
    )  # fmt: skip


def exports(cases: Iterable[Case], line_numbers: Mapping[str, int]) -> dict[str, list[Row]]:
    """What the real night reads."""
    rows = list(cases)
    return register(
        contracts=[
            contract(contract_id=case.name, time_zone="Asia/Shanghai", valid_from="2025-12-01", **(case.terms or {}))
            for case in rows
        ],
        calendars=[
            calendar("CN", time_zone="Asia/Shanghai"),
            calendar("CN-SHORT", time_zone="Asia/Shanghai", published_until="2026-01-16"),
            calendar("CN-LATE", time_zone="Asia/Shanghai", valid_from="2026-01-08"),
        ],
        calendar_exceptions=EXCEPTIONS,
        service_levels=[
            service_level(
                f"{case.name}-level", contract_id=case.name, target_unit="calendar_minutes", target_value="60",
                calendar_id="", valid_from="2025-12-01",
            )
            for case in rows
        ],
        penalty_terms=[
            {
                "penalty_term_id": f"{case.name}/a", "contract_id": case.name, "service_level_id": f"{case.name}-level",
                "penalty_kind": "fixed_per_miss", "amount": "100.00", "valid_from": "2025-12-01",
            }
            for case in rows
        ],
        tickets=[
            ticket(
                f"{case.name}-1", "2025-12-10T08:00:00Z", contract_id=case.name, resolved_at="2025-12-10T10:30:00Z"
            )
            for case in rows
        ],
        decisions=[
            {"decision_id": f"{case.name}-{number}", "contract_id": case.name, **decision, **_clause(case, decision)}
            for case in rows
            for number, decision in enumerate(case.decisions, start=1)
        ],
        finance_acknowledgements=[
            answer | {"extract_number": "1", "line_number": str(line_numbers[name])} for name, answer in ANSWERS
        ],
    )  # fmt: skip


ANSWERS = (
    ("extracted-paid", {"status_code": "accepted", "acknowledged_at": "2026-01-12T08:00:00Z"}),
    ("extracted-paid", {"status_code": "paid", "document_number": "CM-1", "acknowledged_at": "2026-01-14T08:00:00Z"}),
    ("extracted-rejected", {"status_code": "rejected", "reason": "no cost centre", "acknowledged_at": "2026-01-13T08:00:00Z"}),
    ("extracted", {"status_code": "paid", "acknowledged_at": "2026-01-20T08:00:00Z"}),
)  # fmt: skip


def _clause(case: Case, decision: Row) -> Row:
    term = decision.get("penalty_term_id")
    return {"penalty_term_id": f"{case.name}/{term}"} if term else {}
