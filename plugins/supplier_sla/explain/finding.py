"""Which ticket is meant, and where one that is not there may have stayed."""

from __future__ import annotations

from psycopg2.extras import RealDictCursor

from supplier_sla.errors import SupplierSlaError

MOST_SHOWN = 5


class TicketUnclear(SupplierSlaError):
    """Several tools have a ticket of that number."""


class TicketUnknown(SupplierSlaError):
    """No published ticket has that number."""


# Where a number that is no ticket may have stayed; each gives sentences.
TRACES = (
    """
    select format(
        '%%s line %%s (%%s) was kept out: %%s expected %%s, found %%s',
        deliveries.relative_path, kept_out.line, kept_out.entity, coalesce(kept_out.column_name, 'the row'),
        kept_out.expected, coalesce(nullif(kept_out.value_found, ''), 'nothing')
    ) as trace
    from ops.quarantined_row as kept_out
    inner join ops.delivery as deliveries on deliveries.delivery_id = kept_out.delivery_id
    where
        kept_out.record ->> 'ticket_id' = %(number)s
        or kept_out.record ->> 'source_system' || '/' || (kept_out.record ->> 'ticket_id') = %(number)s
        or strpos(kept_out.record ->> 'text', %(number)s) > 0
    order by kept_out.delivery_id, kept_out.line, kept_out.quarantine_id
    """,
    """
    select format('%%s line %%s is an event (%%s) of it, but the ticket itself has not been delivered',
        _source_file, _source_row_number, event_type) as trace
    from marts.qc_event_without_ticket
    where ticket_key = %(number)s or split_part(ticket_key, '/', 2) = %(number)s
    order by event_at, event_key
    """,
    """
    select format('%%s line %%s delivers it, in a delivery that is %%s and not part of the published night',
        deliveries.relative_path, delivered._line, deliveries.state) as trace
    from raw.tickets as delivered
    inner join ops.delivery as deliveries on deliveries.delivery_id = delivered._delivery_id
    where delivered.ticket_key = %(number)s or delivered.ticket_id = %(number)s
    order by delivered._delivery_id, delivered._line
    """,
    """
    select format('%%s was refused as a whole: %%s', relative_path, reason) as trace
    from ops.delivery
    where state = 'refused' and coalesce(entity, 'tickets') in ('tickets', 'ticket_events')
    order by delivery_id desc
    """,
    """
    select format('there is a ticket %%s', ticket_key) as trace
    from marts.fct_ticket
    where lower(ticket_id) = lower(%(number)s)
    order by ticket_key
    """,
)


def find_ticket(cursor: RealDictCursor, number: str) -> str:
    """The ticket_key of a published ticket, by its number or by source/number.

    Raises:
        TicketUnclear: names the tools that have it. TicketUnknown: names the places where it may have stayed.
    """
    cursor.execute("select ticket_key from marts.fct_ticket where ticket_key = %s", (number,))
    keys = [row["ticket_key"] for row in cursor.fetchall()]
    if not keys:
        cursor.execute("select ticket_key from marts.fct_ticket where ticket_id = %s order by ticket_key", (number,))
        keys = [row["ticket_key"] for row in cursor.fetchall()]
    if len(keys) > 1:
        raise TicketUnclear(
            f"ticket {number}",
            expected="the number of one ticket",
            found=f"{len(keys)} tools that have it: {', '.join(keys)}",
            next_step="ask for one of these",
        )
    if not keys:
        raise TicketUnknown(
            f"ticket {number}",
            expected="a ticket of the published night",
            found=_traces(cursor, number) or "no trace of it",
            next_step="check the number as the tool writes it; source/number where several tools have one",
        )
    return str(keys[0])


def _traces(cursor: RealDictCursor, number: str) -> str:
    found: list[str] = []
    for statement in TRACES:
        cursor.execute(statement, {"number": number})
        traces = [row["trace"] for row in cursor.fetchall()]
        found += traces[:MOST_SHOWN]
        if len(traces) > MOST_SHOWN:
            found.append(f"and {len(traces) - MOST_SHOWN} more like the last")
    return ", ".join(found)
