"""A night's fct_ticket_sla in the words of the reference clock, and what the two say differently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.conftest import Warehouse
from tests.support.reference import Reading

# What the readings below are read from.
MEASURED_MARTS = ("fct_ticket_sla", "fct_ticket_sla_holder")

INSTANTS = ("started_at", "stopped_at", "due_at", "breached_at")
FACTS = (
    "ticket_id", "service_level_id", "contract_id", "cycle_number", "status_code", "status_reason_code",
    "elapsed_seconds", "target_seconds", "bearer_supplier_id",
)  # fmt: skip
TOLD = frozenset({"met", "breached", "running", "running_past_due", "paused"})


@dataclass(frozen=True)
class Difference:
    """One measurement on which product and reference do not agree; None is a row that the other does not have."""

    ticket_id: str
    expected: Reading | None
    found: Reading | None
    facts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.facts)}\n  reference: {_shown(self.expected)}\n  product:   {_shown(self.found)}"


def published_readings(warehouse: Warehouse) -> list[Reading]:
    """Every row of marts.fct_ticket_sla with the seconds of its holders; instants cut to whole seconds."""
    instants = [f"floor(extract(epoch from facts.{name}))::bigint" for name in INSTANTS]
    rows = warehouse.query(
        f"select {', '.join([*(f'facts.{name}' for name in FACTS), *instants])}, holders.seconds"
        " from marts.fct_ticket_sla as facts"
        " left join (select ticket_sla_key, jsonb_object_agg(supplier_id, held_seconds) as seconds"
        "   from marts.fct_ticket_sla_holder where held_seconds > 0 group by ticket_sla_key) as holders"
        " on facts.ticket_sla_key = holders.ticket_sla_key"
    )
    readings = [Reading(**dict(zip((*FACTS, *INSTANTS), row, strict=False))) for row in rows]
    for reading, row in zip(readings, rows, strict=True):
        reading.service_level_id = None if reading.service_level_id == "not_applicable" else reading.service_level_id
        reading.open_seconds_by_supplier = {
            None if supplier == "unknown" else supplier: seconds for supplier, seconds in (row[-1] or {}).items()
        }
    return readings


def differences(expected: Iterable[Reading], found: Iterable[Reading]) -> list[Difference]:
    """Every measurement that is not the same in both, to the second."""
    ours = {_key(reading): reading for reading in expected}
    theirs = {_key(reading): reading for reading in found}
    pairs = [(key[0], ours.get(key), theirs.get(key)) for key in sorted(ours | theirs, key=str)]
    told = [Difference(ticket_id, one, other, _differing_facts(one, other)) for ticket_id, one, other in pairs]
    return [difference for difference in told if difference.facts]


def _key(reading: Reading) -> tuple[str, str | None, int]:
    return reading.ticket_id, reading.service_level_id, reading.cycle_number or 1


def _differing_facts(one: Reading | None, other: Reading | None) -> tuple[str, ...]:
    if one is None or other is None:
        return ("has no such row",)
    facts = ["status_code", "status_reason_code", "contract_id"]
    if one.status_code in TOLD and one.status_reason_code != "not_started":
        facts += [*INSTANTS, "elapsed_seconds", "target_seconds", "bearer_supplier_id"]
        if one.elapsed_seconds is not None:
            facts.append("open_seconds_by_supplier")
    return tuple(fact for fact in facts if getattr(one, fact) != getattr(other, fact))


def _shown(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        name: datetime.fromtimestamp(value, UTC).isoformat() if name in INSTANTS and value is not None else value
        for name, value in vars(reading).items()
    }
