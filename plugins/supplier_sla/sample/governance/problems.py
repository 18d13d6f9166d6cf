"""The problem log: causes behind several tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from supplier_sla.sample.governance.timeline import Stage, Timeline, at
from supplier_sla.sample.noted_tickets import NotedTickets

Row = dict[str, str]

_SOURCE = "servicedesk"
_TICKETS_PER_PROBLEM = 3


@dataclass(frozen=True)
class _Problem:
    """One problem of a supplier, from a day of one stage to a day of another; without an end it is open."""

    problem_id: str
    supplier_id: str
    service_code: str
    title: str
    description: str
    severity: str
    began: tuple[Stage, int]
    ended: tuple[Stage, int] | None
    affected: int
    impact: str


_PROBLEMS = (
    _Problem(
        "PRB0000001",
        "SUP-03",
        "network",
        "三号专线反复中断",
        "Fibre damaged by road works; the supplier changed the splice twice.",
        "major",
        (Stage.WARNED, 1),
        (Stage.PLAN, 20),
        140,
        "Plant 2 and its warehouse, night shift",
    ),
    _Problem(
        "PRB0000002",
        "SUP-02",
        "it_support",
        "First line lost four of its nine people",
        "Calls wait until the second line finds time; behind most late responses of these months.",
        "major",
        (Stage.WARNED, 1),
        (Stage.PLAN, 29),
        320,
        "All offices",
    ),
    _Problem(
        "PRB0000003",
        "SUP-04",
        "call_centre",
        "Callers are cut off when transferred",
        "Transfers between day and night desk drop at 20:00.",
        "minor",
        (Stage.PROOF, 4),
        None,
        25,
        "Evening callers",
    ),
)


def problem_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `problems`."""
    for problem, began in _begun(timeline):
        ended = timeline.day(*problem.ended) if problem.ended else None
        is_over = ended is not None and timeline.has_happened(ended)
        yield {
            "source_system": _SOURCE,
            "problem_id": problem.problem_id,
            "title": problem.title,
            "description": problem.description,
            "supplier_id": problem.supplier_id,
            "service_code": problem.service_code,
            "severity_code": problem.severity,
            "state_code": "closed" if is_over else "open",
            "started_at": at(began, 6),
            "detected_at": at(began, 9, 30),
            "ended_at": at(ended, 18) if ended is not None and is_over else "",
            "affected_user_count": str(problem.affected),
            "impact_text": problem.impact,
        }


def problem_ticket_rows(timeline: Timeline, noted: NotedTickets) -> Iterator[Row]:
    """Rows of `problem_tickets`: tickets of the month in which the problem began, late ones where there are any."""
    for problem, _ in _begun(timeline):
        index = timeline.index_of(problem.began[0])
        tickets = noted.late_of(problem.supplier_id, index) or noted.first_of(problem.supplier_id, index)
        for ticket in tickets[:_TICKETS_PER_PROBLEM]:
            yield {
                "source_system": _SOURCE,
                "problem_id": problem.problem_id,
                "ticket_source_system": ticket.source_system,
                "ticket_id": ticket.ticket_id,
            }


def _begun(timeline: Timeline) -> Iterator[tuple[_Problem, date]]:
    suppliers = {f"SUP-{number:02d}" for number in range(1, timeline.options.suppliers)}
    for problem in _PROBLEMS:
        began = timeline.day(*problem.began)
        if problem.supplier_id in suppliers and timeline.has_happened(began):
            yield problem, began
