"""Everything that the dossier of a ticket says, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2.extras import RealDictCursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.explain.clock import Measurement, read_measurements
from supplier_sla.explain.finding import find_ticket
from supplier_sla.explain.money import Month, read_months
from supplier_sla.explain.ticket import Row, read_deliveries, read_events, read_ticket
from supplier_sla.published import published_slot


class LevelUnknown(SupplierSlaError):
    """The ticket is not measured by that service level."""


@dataclass(frozen=True)
class Dossier:
    """One ticket, as the published night knows it."""

    publication: int
    ticket: Row
    deliveries: tuple[Row, ...]
    events: tuple[Row, ...]
    measurements: tuple[Measurement, ...]
    months: tuple[Month, ...]


def read_dossier(cursor: RealDictCursor, number: str, level: str | None = None) -> Dossier:
    """The dossier of a ticket, of one service level only if `level` says which.

    Args:
        cursor: of `published.reading`.
        number: ticket number, or source/number.
        level: a service_level_id.

    Raises:
        TicketUnclear, TicketUnknown: see `find_ticket`. LevelUnknown: names the ticket's levels.
        WarehouseMissing: no night has been published.
    """
    slot, publication = published_slot(cursor)
    ticket_key = find_ticket(cursor, number)
    ticket = read_ticket(cursor, slot, ticket_key)
    measurements = read_measurements(cursor, slot, ticket_key)
    months = read_months(cursor, slot, ticket_key)
    if level is not None:
        levels = list(dict.fromkeys(measurement.row["service_level_id"] for measurement in measurements))
        if level not in levels:
            raise LevelUnknown(
                f"service level {level} of ticket {number}",
                expected=f"one of {', '.join(levels)}",
                found="none of this name",
                next_step="ask without --level",
            )
        measurements = [one for one in measurements if one.row["service_level_id"] == level]
        months = [month for month in months if month.service_level_id == level]
    return Dossier(
        publication=publication,
        ticket=ticket,
        deliveries=tuple(read_deliveries(cursor, slot, ticket)),
        events=tuple(read_events(cursor, slot, ticket_key)),
        measurements=tuple(measurements),
        months=tuple(months),
    )
