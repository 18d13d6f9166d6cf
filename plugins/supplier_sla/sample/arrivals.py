"""When tickets arrive: how many per supplier and month, on which day, at what local time."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from supplier_sla.sample.calendars import Calendars
from supplier_sla.sample.draws import apportion, chance, weighted
from supplier_sla.sample.opening_hours import local_instant
from supplier_sla.sample.options import SampleOptions, first_of_next_month
from supplier_sla.sample.suppliers import Supplier

# Tickets per day: of an ordinary working day, of a weekend day or holiday.
_WORKING_DAY_WEIGHT = 100
_DAY_OFF_WEIGHTS = {"field_service": 20, "it_support": 12, "network": 70, "call_centre": 35}

# Tickets by local hour of the day: asleep, morning peak, lunch, afternoon, evening.
_HOUR_WEIGHTS = tuple(enumerate((1, 1, 1, 1, 1, 2, 4, 10, 22, 26, 24, 20, 12, 18, 22, 20, 16, 10, 6, 4, 3, 2, 2, 1)))
_NIGHT_HOURS = (20, 21, 22, 23, 0, 1, 2, 3)

TICKETS_AROUND_CLOCK_CHANGE = 2
_FEWEST_WITH_CLOCK_CHANGE = 10

# Ticket types and their weights.
TICKET_TYPES = {
    "field_service": (("work_order", 1),),
    "it_support": (("incident", 75), ("request", 25)),
    "network": (("incident", 70), ("change", 30)),
    "call_centre": (("call", 80), ("night_call", 20)),
}


def tickets_by_supplier(options: SampleOptions, suppliers: tuple[Supplier, ...], month: date) -> list[int]:
    """Tickets of one month per supplier; they add up to `tickets_per_month`.

    A supplier of weight 0 gets one to three, the rest is shared out by weight.
    """
    counts = []
    remaining = options.tickets_per_month
    for supplier in suppliers:
        few = options.random_for("few tickets", supplier.supplier_id, month).randint(1, 3)
        counts.append(min(few, remaining) if supplier.ticket_weight == 0 else 0)
        remaining -= counts[-1]
    shares = apportion(remaining, [supplier.ticket_weight for supplier in suppliers])
    return [few + share for few, share in zip(counts, shares, strict=True)]


def days_of(month: date) -> list[date]:
    """All days of a month."""
    return [month + timedelta(days=offset) for offset in range((first_of_next_month(month) - month).days)]


def tickets_by_day(
    generator: random.Random, calendars: Calendars, supplier: Supplier, month: date, tickets: int
) -> Counter[date]:
    """Tickets of one supplier per local day of a month, some of them on the day on which the clocks change."""
    days = days_of(month)
    weights = [
        _DAY_OFF_WEIGHTS[supplier.category]
        if calendars.is_day_off(supplier.country.calendar_id, day)
        else _WORKING_DAY_WEIGHT
        for day in days
    ]
    clock_changes = [day for day in days if changes_clock(day, supplier.zone)]
    fixed = Counter({day: TICKETS_AROUND_CLOCK_CHANGE for day in clock_changes if tickets >= _FEWEST_WITH_CLOCK_CHANGE})
    return fixed + Counter(generator.choices(days, weights, k=tickets - fixed.total()))


def changes_clock(day: date, zone: ZoneInfo) -> bool:
    """True on a local day of 23 or 25 hours."""
    midnight = datetime.combine(day, time(), tzinfo=zone)
    return midnight.utcoffset() != (midnight + timedelta(days=1)).utcoffset()


def opening_of_ticket(
    generator: random.Random, supplier: Supplier, day: date, ticket_type: str, *, around_clock_change: bool
) -> int:
    """Instant (seconds since 1970) at which a ticket of a local day is opened."""
    if around_clock_change:
        hour = generator.randrange(4)
    elif ticket_type == "night_call":
        hour = generator.choice(_NIGHT_HOURS)
    elif supplier.category == "network" and chance(generator, 300):
        hour = generator.randrange(24)
    else:
        hour = weighted(generator, _HOUR_WEIGHTS)
    local_time = time(hour, generator.randrange(60), generator.randrange(60))
    return local_instant(day, local_time, supplier.zone)
