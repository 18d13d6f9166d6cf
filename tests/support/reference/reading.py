"""What the reference says about one measurement."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Reading:
    """One expected row of fct_ticket_sla; instants and durations in whole seconds (UTC since 1970)."""

    ticket_id: str
    service_level_id: str | None
    contract_id: str | None
    cycle_number: int | None
    status_code: str
    status_reason_code: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    elapsed_seconds: int | None = None
    target_seconds: int | None = None
    due_at: int | None = None
    breached_at: int | None = None
    bearer_supplier_id: str | None = None
    open_seconds_by_supplier: dict[str | None, int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str | None, int | None]:
        """What makes it one measurement."""
        return self.ticket_id, self.service_level_id, self.cycle_number
