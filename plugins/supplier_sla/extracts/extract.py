"""What one extract says, before and after a layout has put it into files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from supplier_sla.extracts.receiver import Receiver

# A ledger line, a piece of its evidence or a stretch of a clock: columns by name.
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Previous:
    """The extract before this one of the same receiver: its number and the hash of its last control file."""

    number: int
    control_sha256: str


@dataclass(frozen=True)
class Extract:
    """Everything a layout may say. `amount` of a line has the sign that the receiver expects."""

    receiver: Receiver
    number: int
    as_of: datetime
    booking_period: date
    previous: Previous | None
    lines: Sequence[Row]
    evidence: Sequence[Row]
    stretches: Sequence[Row]

    @property
    def totals(self) -> dict[str, Decimal]:
        """Sums of the amounts as written, by currency in alphabetical order."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line["currency_code"]] += line["amount"]
        return dict(sorted(sums.items()))

    @property
    def booking_date(self) -> date:
        """The UTC date of the hand-over, or the day of the booking period that is nearest to it."""
        following = (self.booking_period + timedelta(days=31)).replace(day=1)
        return min(max(self.as_of.astimezone(UTC).date(), self.booking_period), following - timedelta(days=1))

    def name(self, stem: str, ending: str) -> str:
        """Name of a file: stem, number, ending."""
        return f"{stem}_{self.number:06d}.{ending}"


@dataclass(frozen=True)
class RenderedFile:
    """One data file. `control` is what its control file says beside the file's name, rows and hash."""

    name: str
    content: bytes
    row_count: int
    control: Mapping[str, object] = field(default_factory=dict)


def text(value: Any) -> str | None:
    """A value as every layout writes it: instants in UTC, dates as ISO 8601, decimals exact."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
