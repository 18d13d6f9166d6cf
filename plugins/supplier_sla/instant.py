"""Instants as people and runs state them."""

from __future__ import annotations

from datetime import UTC, datetime

from supplier_sla.errors import SupplierSlaError


class InstantInvalid(SupplierSlaError):
    """Not an instant, or a time of day without saying where."""


def parse_instant(text: str, *, name: str = "as_of") -> datetime:
    """An ISO 8601 instant with offset, in UTC.

    Raises:
        InstantInvalid: not a timestamp, or one without offset; `name` says which value it was.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InstantInvalid(
            name,
            expected="an ISO 8601 instant with offset such as 2026-02-10T22:54:00Z",
            found=repr(text),
            next_step="add the offset, or Z for UTC",
        )
    return instant.astimezone(UTC)
