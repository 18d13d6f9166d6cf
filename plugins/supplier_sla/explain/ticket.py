"""Reads what is known of one ticket before anything is measured: the ticket, its deliveries, its history."""

from __future__ import annotations

from typing import Any

from psycopg2.extras import RealDictCursor

from supplier_sla.published import in_slot

Row = dict[str, Any]

TICKET = """
select
    tickets.*,
    nights.as_of,
    current.contract_id as named_contract_id,
    -- That a waiting ticket would count as unseen one day is nothing that was delivered.
    current.has_later_events and not coalesce(
        (
            select bool_and(derived.known_until_at is null)
            from {intermediate}.int_ticket__snapshot_events as derived
            where derived.ticket_key = tickets.ticket_key and derived.event_at > nights.as_of
        ),
        false
    ) as has_later_events,
    work_centres.work_centre_name,
    work_centres.work_centre_name_zh,
    suppliers.supplier_name,
    suppliers.supplier_name_zh
from marts.fct_ticket as tickets
cross join marts.dim_night as nights
inner join {intermediate}.int_ticket__current as current on current.ticket_key = tickets.ticket_key
left join marts.dim_work_centre as work_centres on work_centres.work_centre_key = tickets.work_centre_key
left join marts.dim_supplier as suppliers on suppliers.supplier_key = tickets.supplier_key
where tickets.ticket_key = %(ticket_key)s
"""

# Every delivery with a row of the ticket, used or not, and the lines that were kept out.
DELIVERIES = """
with touching as (
    select 'tickets' as entity, _delivery_id as delivery_id, _line as line, false as is_kept_out
    from raw.tickets where ticket_key = %(ticket_key)s
    union all
    select 'ticket_events', _delivery_id, _line, false
    from raw.ticket_events where ticket_key = %(ticket_key)s
    union all
    select 'exclusions', _delivery_id, _line, false
    from raw.exclusions where ticket_key = %(ticket_key)s
    union all
    select 'decisions', _delivery_id, _line, false
    from raw.decisions where ticket_key = %(ticket_key)s and ticket_id is not null
    union all
    select kept_out.entity, kept_out.delivery_id, kept_out.line, true
    from ops.quarantined_row as kept_out
    where
        kept_out.record ->> 'ticket_id' = %(ticket_id)s
        and coalesce(kept_out.record ->> 'source_system', %(source_system)s) = %(source_system)s
)

select
    touching.entity,
    touching.delivery_id,
    deliveries.relative_path as source_file,
    deliveries.as_of,
    deliveries.state,
    accepted.delivery_id is not null as is_used,
    array_agg(distinct touching.line order by touching.line) filter (where not touching.is_kept_out) as lines,
    array_agg(distinct touching.line order by touching.line) filter (where touching.is_kept_out) as lines_kept_out
from touching
inner join ops.delivery as deliveries on deliveries.delivery_id = touching.delivery_id
left join {staging}.stg_ops__accepted_deliveries as accepted on accepted.delivery_id = touching.delivery_id
group by touching.entity, touching.delivery_id, deliveries.relative_path, deliveries.as_of, deliveries.state, is_used
order by touching.delivery_id, touching.entity
"""

EVENTS = """
select
    events.*,
    event_types.label as event_name,
    event_types.label_zh as event_name_zh,
    work_centres.work_centre_name,
    work_centres.work_centre_name_zh,
    delivered.actor_id,
    delivered.reason_code as said_reason_code,
    deliveries.relative_path as _source_file
from {intermediate}.int_ticket__events as events
left join {intermediate}.ticket_event_type as event_types on event_types.code = events.event_type
left join marts.dim_work_centre as work_centres on work_centres.work_centre_key = events.work_centre_key
left join raw.ticket_events as delivered
    on
        not (events.is_stand_in or events.is_derived)
        and delivered.ticket_key = events.ticket_key
        and delivered._delivery_id = events._delivery_id
        and delivered._line = events._source_row_number
left join ops.delivery as deliveries on deliveries.delivery_id = events._delivery_id
where events.ticket_key = %(ticket_key)s
order by events.event_rank
"""


def rows(cursor: RealDictCursor, statement: str, slot: str, **parameters: Any) -> list[Row]:
    """Rows of a statement in which {intermediate} and {staging} stand for the schemas of a slot."""
    cursor.execute(in_slot(statement, slot), parameters)
    return [dict(row) for row in cursor.fetchall()]


def read_ticket(cursor: RealDictCursor, slot: str, ticket_key: str) -> Row:
    """The published ticket with the names of who holds it."""
    (ticket,) = rows(cursor, TICKET, slot, ticket_key=ticket_key)
    return ticket


def read_deliveries(cursor: RealDictCursor, slot: str, ticket: Row) -> list[Row]:
    """Deliveries with rows of the ticket, with the lines of each."""
    identity = {name: ticket[name] for name in ("ticket_key", "source_system", "ticket_id")}
    return rows(cursor, DELIVERIES, slot, **identity)


def read_events(cursor: RealDictCursor, slot: str, ticket_key: str) -> list[Row]:
    """The history up to the night in the order in which the clock read it."""
    return rows(cursor, EVENTS, slot, ticket_key=ticket_key)
