"""The file of the one supplier that delivers in the shape of the City of Boston's 311 export; all rows are invented.

Timestamps are UTC with none to six fractional digits; the verdict `on_time` follows the city's rule, by which a case
without a promise counts as on time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from supplier_sla.sample.arrivals import days_of, opening_of_ticket, tickets_by_day, tickets_by_supplier
from supplier_sla.sample.calendars import Calendars
from supplier_sla.sample.draws import chance, mostly_low, weighted
from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.stories import DAY, HOUR
from supplier_sla.sample.suppliers import Supplier
from supplier_sla.sample.writer import CsvTable, SampleFile

CITY_FILE = "boston_311_sample.csv"

CITY_COLUMNS = (
    "case_id",
    "open_date",
    "close_date",
    "target_close_date",
    "case_topic",
    "service_name",
    "assigned_department",
    "assigned_team",
    "case_status",
    "closure_reason",
    "on_time",
    "report_source",
    "zip_code",
    "neighborhood",
    "public_works_district",
    "city_council_district",
    "fire_district",
    "police_district",
    "ward",
    "precinct",
)
TEAM_COLUMN = "assigned_team"

_MICROSECONDS = 1_000_000
_PROMISE = 3 * DAY * _MICROSECONDS

# Team, department, service; the empty team stands for a case nobody has been given yet.
_SERVICES = (
    (("Lamp Crew", "Street Lamps", "Lamp Dark"), 34),
    (("Lamp Crew", "Street Lamps", "Lamp Post Leaning"), 10),
    (("Tree Crew", "Parks & Greens", "Branch Across Path"), 22),
    (("Tree Crew", "Parks & Greens", "Sapling Needs Water"), 8),
    (("Bench, Fence & Rail Crew", "Street Furniture", "Broken Bench"), 23),
    (("", "", "Unsorted Report"), 3),
)
_NEIGHBOURHOODS = (("Quayside", "01981", "2"), ("Millrow", "01982", "4"), ("Upper Orchard", "01983", "7"))
_WITHOUT_PROMISE_PER_THOUSAND = 40


def write_city_file(
    directory: Path, options: SampleOptions, suppliers: tuple[Supplier, ...], calendars: Calendars
) -> SampleFile:
    """Write all cases of all months as they stand at the last export, CRLF as the city writes them."""
    supplier = next(supplier for supplier in suppliers if supplier.delivers_city_shape)
    as_of = int(options.as_of.timestamp()) * _MICROSECONDS
    number = 0
    with CsvTable(directory / CITY_FILE, CITY_COLUMNS, line_end="\r\n") as table:
        for month_index, month in enumerate(options.month_starts):
            generator = options.random_for("city", month)
            count = tickets_by_supplier(options, suppliers, month)[suppliers.index(supplier)]
            in_time = supplier.behaviour.in_time_per_thousand(month_index, options.months)
            for opened_at in _openings(generator, calendars, supplier, month, count):
                number += 1
                table.write(_case(generator, number, opened_at, as_of, in_time))
    return SampleFile(CITY_FILE, "tickets", "export", table.rows, note="in the city's shape, read through a profile")


def _openings(
    generator: random.Random, calendars: Calendars, supplier: Supplier, month: date, count: int
) -> Iterator[int]:
    """Instants of opening in microseconds since 1970, in order."""
    by_day = tickets_by_day(generator, calendars, supplier, month, count)
    for day in days_of(month):
        openings = [
            opening_of_ticket(generator, supplier, day, "", around_clock_change=False) for _ in range(by_day[day])
        ]
        for opened_at in sorted(openings):
            # Some tools write thousandths, some millionths of a second, some none.
            fraction = weighted(generator, ((0, 10), (1000, 50), (1, 40)))
            yield opened_at * _MICROSECONDS + (
                generator.randrange(_MICROSECONDS) // fraction * fraction if fraction else 0
            )


def _case(generator: random.Random, number: int, opened_at: int, as_of: int, in_time: int) -> dict[str, str]:
    team, department, service = weighted(generator, _SERVICES)
    neighbourhood, zip_code, district = generator.choice(_NEIGHBOURHOODS)
    promised_at = None if chance(generator, _WITHOUT_PROMISE_PER_THOUSAND) else opened_at + _PROMISE
    # Whole seconds, except that a case is never closed before it was opened.
    if chance(generator, in_time):
        takes = mostly_low(generator, HOUR, 3 * DAY - HOUR)
    else:
        takes = mostly_low(generator, 3 * DAY + HOUR, 20 * DAY)
    closed_at: int | None = (opened_at // _MICROSECONDS + takes) * _MICROSECONDS
    if closed_at is not None and (closed_at > as_of or chance(generator, 30)):
        closed_at = None
    done_by = as_of if closed_at is None else closed_at
    return {
        "case_id": f"MPW-{number:08d}",
        "open_date": _city_time(opened_at),
        "close_date": "" if closed_at is None else _city_time(closed_at),
        "target_close_date": "" if promised_at is None else _city_time(promised_at),
        "case_topic": service,
        "service_name": service,
        "assigned_department": department,
        TEAM_COLUMN: team,
        "case_status": "Closed" if closed_at is not None else "In progress" if team else "Create",
        "closure_reason": weighted(generator, (("Resolved", 88), ("Noted", 12))) if closed_at is not None else "",
        "on_time": "ONTIME" if promised_at is None or done_by <= promised_at else "OVERDUE",
        "report_source": weighted(generator, (("Call", 60), ("BOS311", 40))),
        "zip_code": zip_code,
        "neighborhood": neighbourhood,
        "public_works_district": district,
        "city_council_district": district,
        "fire_district": district,
        "police_district": f"M{district}",
        "ward": f"{generator.randint(1, 9):02d}",
        "precinct": f"{generator.randint(1, 12):02d}",
    }


def _city_time(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, _MICROSECONDS)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    digits = f"{fraction:06d}".rstrip("0")
    return f"{text}.{digits}+00" if digits else f"{text}+00"
