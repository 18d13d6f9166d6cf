"""Timestamps of a source that writes local times or a format of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from supplier_sla.errors import SupplierSlaError

ISO8601 = "iso8601"

_ISO_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?\Z"
)


class TimestampNotReadable(SupplierSlaError):
    """A value that fits no format of the profile, or a local time that does not exist."""

    def __init__(self, value: str, *, expected: str, reason_code: str) -> None:
        super().__init__("a timestamp", expected=expected, found=value)
        self.reason_code = reason_code


def to_utc(value: str, formats: Iterable[str], zone: str | None) -> str:
    """`value` as ISO 8601 in UTC, by the first of `formats` (`iso8601` or strptime patterns) that fits.

    Without `zone` a value that carries no offset is returned as delivered: the file contract will not take it. A local
    time that the autumn change makes ambiguous is the first of the two instants.

    Raises:
        TimestampNotReadable: no format fits, or the local time falls into the gap of the spring change.
    """
    instant = next(filter(None, (_parsed(value, pattern) for pattern in formats)), None)
    if instant is None:
        expected = f"a timestamp in one of the formats {', '.join(formats)}"
        raise TimestampNotReadable(value, expected=expected, reason_code="wrong_type")
    if instant.tzinfo is None:
        if zone is None:
            return value
        instant = instant.replace(tzinfo=ZoneInfo(zone), fold=0)
    try:
        in_utc = instant.astimezone(UTC)
        if zone is not None and not _is_same_local_time(instant, in_utc):
            expected = f"a local time that exists in {zone}"
            raise TimestampNotReadable(value, expected=expected, reason_code="nonexistent_local_time")
        return in_utc.isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise TimestampNotReadable(value, expected="a year from 1 to 9999", reason_code="wrong_type") from None


def _parsed(value: str, pattern: str) -> datetime | None:
    try:
        if pattern == ISO8601:
            return datetime.fromisoformat(value) if _ISO_TIMESTAMP.match(value) else None
        return datetime.strptime(value, pattern)
    except ValueError:
        return None


def _is_same_local_time(local: datetime, in_utc: datetime) -> bool:
    """Whether the way to UTC leads back; from inside the gap of a clock change it does not."""
    return in_utc.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
