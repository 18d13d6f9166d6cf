"""Which misses suppliers dispute and what was decided: late first responses one by one, a band as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.governance.timeline import Stage, Timeline, at
from supplier_sla.sample.noted_tickets import NotedTickets
from supplier_sla.sample.options import first_of_next_month
from supplier_sla.sample.suppliers import BAD, RECOVERING

Row = dict[str, str]

RAISE_WITHIN_WORKING_DAYS = 10
ANSWER_WITHIN_WORKING_DAYS = 10


@dataclass(frozen=True)
class _Case:
    """A disputed ticket: days from its breach to the dispute and from there to the ruling."""

    outcome: str
    raised_after_days: int
    answered_after_days: int
    why: str
    ruling: str


# In the order of the late tickets of a month.
_CASES = {
    Stage.NOTICE: (
        _Case("reversed", 5, 8, "our telephone provider was down", "outage of the provider proved"),
        _Case("upheld", 6, 9, "the priority was wrong", "the priority stood when the clock started"),
        _Case("reversed", 4, 28, "answered by chat, not recorded", "chat log shows the answer in time"),
        _Case("upheld", 9, 7, "two people ill", "illness is no reason"),
    ),
    Stage.PLAN: (
        _Case("upheld", 5, 6, "we are hiring", "a plan does not excuse what was missed"),
        _Case("reversed", 3, 9, "requester could not be reached", "three calls are on record"),
    ),
}


def dispute_term_rows(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[Row]:
    """Rows of `dispute_terms`: two weeks to dispute, two to answer, by the supplier's calendar."""
    for contract in contracts:
        yield {
            "contract_id": contract.contract_id,
            "clause": "Annex 3 §6",
            "raise_within_working_days": str(RAISE_WITHIN_WORKING_DAYS),
            "answer_within_working_days": str(ANSWER_WITHIN_WORKING_DAYS),
            "calendar_id": contract.supplier.country.calendar_id,
            "valid_from": timeline.contract_start,
        }


def decision_rows(timeline: Timeline, contracts: tuple[Contract, ...], noted: NotedTickets) -> Iterator[Row]:
    """Rows of `decisions` of the kinds dispute and ruling; a small sample may lack the tickets they are about."""
    for contract in contracts:
        if contract.number > 1:
            continue
        if contract.supplier.behaviour is RECOVERING:
            yield from _tickets_disputed(timeline, contract.supplier.supplier_id, noted)
        if contract.supplier.behaviour in (RECOVERING, BAD):
            yield from _band_disputed(timeline, contract)


def _tickets_disputed(timeline: Timeline, supplier_id: str, noted: NotedTickets) -> Iterator[Row]:
    for stage, cases in _CASES.items():
        index = timeline.index_of(stage)
        for number, (case, ticket) in enumerate(zip(cases, noted.late_of(supplier_id, index), strict=False), start=1):
            if ticket.response_due_at is None:
                continue
            breached_on = datetime.fromtimestamp(ticket.response_due_at, UTC).date()
            about = {
                "contract_id": ticket.contract.contract_id,
                "penalty_term_id": f"PT-{ticket.contract.key}-RSP",
                "period_month": f"{timeline.months[index]:%Y-%m}",
                "source_system": ticket.source_system,
                "ticket_id": ticket.ticket_id,
            }
            # Two stages may share a month of a short sample: the stage keeps the identifiers apart.
            dispute_id = f"D-{ticket.contract.key}-{int(stage)}{number}"
            yield from _dispute(timeline, dispute_id, about, breached_on, case)


def _band_disputed(timeline: Timeline, contract: Contract) -> Iterator[Row]:
    """The fee band of the month of the notice, as a whole: without success."""
    month = timeline.month_of(Stage.NOTICE)
    about = {
        "contract_id": contract.contract_id,
        "penalty_term_id": f"PT-{contract.key}-RES",
        "period_month": f"{month:%Y-%m}",
    }
    case = _Case("upheld", 9, 10, "the band is too hard for so few tickets", "the sample is as large as agreed")
    yield from _dispute(timeline, f"D-{contract.key}-BAND", about, first_of_next_month(month), case)


def _dispute(timeline: Timeline, dispute_id: str, about: Row, since: date, case: _Case) -> Iterator[Row]:
    raised_on = since + timedelta(days=case.raised_after_days)
    answered_on = raised_on + timedelta(days=case.answered_after_days)
    if not timeline.has_happened(raised_on):
        return
    yield about | {
        "decision_id": dispute_id,
        "decision_kind": "dispute",
        "decided_by": "account manager of the supplier",
        "decided_at": at(raised_on, 10),
        "evidence": f"mail of {raised_on.isoformat()}",
        "reason": case.why,
    }
    if timeline.has_happened(answered_on):
        yield about | {
            "decision_id": dispute_id.replace("D-", "R-", 1),
            "decision_kind": "ruling",
            "outcome_code": case.outcome,
            "decided_by": "vendor manager",
            "requested_by": "account manager of the supplier",
            "decided_at": at(answered_on, 15),
            "answers_decision_id": dispute_id,
            "evidence": f"minutes of {answered_on.isoformat()}",
            "reason": case.ruling,
        }
