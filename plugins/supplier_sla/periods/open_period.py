"""The accounting period that is open for new ledger lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

from psycopg2.extensions import cursor as Cursor


def open_period(cursor: Cursor, as_of: datetime) -> date:
    """First day of the month in which lines posted as of the run are booked: the run's own month in UTC."""
    return as_of.astimezone(UTC).date().replace(day=1)
