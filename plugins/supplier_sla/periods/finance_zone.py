"""The zone in which finance's months begin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from supplier_sla.errors import SupplierSlaError

ZONE_VARIABLE = "SUPPLIER_SLA_FINANCE_TIME_ZONE"
DEFAULT_ZONE = "UTC"


class FinanceZoneInvalid(SupplierSlaError):
    """The setting names no IANA time zone."""


class MonthInvalid(SupplierSlaError):
    """Not a month."""


def finance_zone(environment: Mapping[str, str] | None = None) -> ZoneInfo:
    """The zone of SUPPLIER_SLA_FINANCE_TIME_ZONE; without it UTC.

    Raises:
        FinanceZoneInvalid: there is no such zone.
    """
    values = os.environ if environment is None else environment
    name = values.get(ZONE_VARIABLE, "") or DEFAULT_ZONE
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FinanceZoneInvalid(
            ZONE_VARIABLE,
            expected="an IANA time zone such as Asia/Shanghai",
            found=repr(name),
            next_step="correct the setting; without it months begin at midnight UTC",
        ) from error


def month_of(instant: datetime) -> date:
    """First day of finance's month in which an instant lies."""
    return instant.astimezone(finance_zone()).date().replace(day=1)


def month_after(month: date) -> date:
    """First day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def end_of(month: date) -> datetime:
    """The instant at which finance's month is over."""
    after = month_after(month)
    return datetime(after.year, after.month, after.day, tzinfo=finance_zone())


def parse_month(text: str) -> date:
    """First day of a month written YYYY-MM.

    Raises:
        MonthInvalid: written otherwise.
    """
    try:
        month = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        month = None
    if month is None or month.strftime("%Y-%m") != text:
        raise MonthInvalid("month", expected="YYYY-MM such as 2026-01", found=repr(text), next_step="write it so")
    return month
