"""What both doors report."""

from __future__ import annotations

from dataclasses import dataclass

from supplier_sla.quality.suite import Severity


@dataclass(frozen=True)
class FailedExpectation:
    """One expectation that did not hold. `observed` is the offending figure, or how many rows broke the rule."""

    suite: str
    name: str
    column: str | None
    reason: str
    severity: Severity
    observed: str

    @property
    def is_critical(self) -> bool:
        """True when it refuses the delivery (door in) or keeps the night unpublished (door out)."""
        return self.severity == "critical"

    def __str__(self) -> str:
        return f"{self.suite}: {self.name} ({self.severity}) failed, found {self.observed}; {self.reason}"
