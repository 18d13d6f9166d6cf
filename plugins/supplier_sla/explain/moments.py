"""Instants and durations as the dossier writes them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from supplier_sla.bilingual import Words
from supplier_sla.errors import SupplierSlaError


class ZoneUnknown(SupplierSlaError):
    """Not the name of a time zone."""


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises:
        ZoneUnknown: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # unknown, a folder of zones, a path
        raise ZoneUnknown(
            "time zone", expected="an IANA name such as Europe/Berlin", found=repr(name), next_step="check the name"
        ) from error


def instant(moment: datetime, zone: ZoneInfo, words: Words) -> str:
    """Weekday, date, time and offset; the offset tells apart the two passes of an hour that happens twice."""
    local = moment.astimezone(zone)
    weekday = words.word("weekday", str(local.weekday()))
    day = f"{local:%Y-%m-%d} {weekday}" if words.language == "zh" else f"{weekday} {local:%Y-%m-%d}"
    return f"{day} {local:%H:%M:%S} {local.replace(microsecond=0).isoformat()[19:]}"


def duration(seconds: int) -> str:
    """h:mm:ss, with a minus in front of what is less than nothing."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if seconds < 0 else ''}{hours}:{minutes:02}:{rest:02}"
