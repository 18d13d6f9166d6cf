"""What does not count: a maintenance window, a ticket the customer delayed, and one that nobody has approved yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.exports import Pause, source_of
from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.stories import Story
from supplier_sla.sample.surveys import utc_text

_SUNDAY = 6
_WINDOW_BEGINS = time(1)
_WINDOW_ENDS = time(5)
_REASONS: Mapping[Pause, tuple[str, str]] = {
    Pause("field_service", "customer_absent"): ("customer_caused", "vendor manager"),
    Pause("it_support", "parts_on_order"): ("force_majeure", ""),
}
"""Reason and approver of the excluded tickets, by the pause that gave rise to them."""


def exclusion_rows(
    options: SampleOptions, contracts: tuple[Contract, ...], first_paused: Mapping[Pause, Story]
) -> Iterator[dict[str, str]]:
    """Rows of `exclusions`; a small sample may lack some of what they are about."""
    networks = [contract for contract in contracts if contract.supplier.category == "network"]
    for contract in networks[:1]:
        yield _maintenance(options, contract)
    for number, (pause, (reason, approver)) in enumerate(_REASONS.items(), start=2):
        if pause in first_paused:
            yield _excused(options, number, first_paused[pause], reason, approver)


def _maintenance(options: SampleOptions, contract: Contract) -> dict[str, str]:
    """The night to the second Sunday of the month in the middle of the sample."""
    days = (options.amendment_date + timedelta(days=offset) for offset in range(7, 14))
    sunday = next(day for day in days if day.weekday() == _SUNDAY)
    decided_at = _local(contract, sunday - timedelta(days=10), time(10))
    return {
        "exclusion_id": "EX-0001",
        "reason_code": "planned_maintenance",
        "contract_id": contract.contract_id,
        "excluded_from": _local(contract, sunday, _WINDOW_BEGINS),
        "excluded_to": _local(contract, sunday, _WINDOW_ENDS),
        "requested_by": contract.supplier.name,
        "approved_by": "vendor manager",
        "decided_at": decided_at,
        "evidence": "change CHG-0117",
    }


def _excused(options: SampleOptions, number: int, story: Story, reason: str, approver: str) -> dict[str, str]:
    week_later = datetime.fromtimestamp(story.opened_at, UTC) + timedelta(days=7)
    decided_at = min(week_later, options.as_of - timedelta(days=1))
    return {
        "exclusion_id": f"EX-{number:04d}",
        "reason_code": reason,
        "contract_id": story.contract.contract_id,
        "source_system": source_of(story),
        "ticket_id": story.ticket_id,
        "requested_by": story.contract.supplier.name,
        "approved_by": approver,
        "decided_at": utc_text(int(decided_at.timestamp())) if approver else "",
        "evidence": f"ticket log {story.ticket_id}",
    }


def _local(contract: Contract, day: date, clock: time) -> str:
    local = datetime.combine(day, clock, tzinfo=contract.supplier.zone)
    return utc_text(int(local.timestamp()))
