"""Reads the measurements of a ticket: verdicts, terms and calendars in force, stretches of the clocks, who held it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extras import RealDictCursor

from supplier_sla.explain.ticket import Row, rows

MEASUREMENTS = """
select
    measurements.*,
    contracts.contract_name,
    contracts.contract_name_zh,
    contracts.time_zone,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    expected.start_rank,
    expected.end_rank,
    attached.attached_rank,
    compared.source_verdict_code,
    compared.is_agreed,
    compared.difference_reason_code,
    nights.as_of
from marts.fct_ticket_sla as measurements
cross join marts.dim_night as nights
left join marts.dim_contract as contracts on contracts.contract_key = measurements.contract_key
left join marts.dim_supplier as suppliers on suppliers.supplier_key = measurements.supplier_key
left join {intermediate}.int_sla__expected_measurements as expected
    on expected.ticket_key = measurements.ticket_key and expected.ticket_sla_key = measurements.ticket_sla_key
left join {intermediate}.int_sla__applicable_levels as attached
    on attached.ticket_key = measurements.ticket_key and attached.service_level_id = measurements.service_level_id
left join marts.rpt_source_verdict_comparison as compared
    on compared.ticket_key = measurements.ticket_key and compared.ticket_sla_key = measurements.ticket_sla_key
where measurements.ticket_key = %(ticket_key)s
order by measurements.contract_id nulls last, measurements.service_level_id, measurements.cycle_number
"""

STRETCHES = """
select *
from marts.rpt_ticket_sla_stretch
where ticket_key = %(ticket_key)s
order by ticket_sla_key, from_at, to_at
"""

HOLDERS = """
select holders.*, suppliers.supplier_name, suppliers.supplier_name_zh
from marts.fct_ticket_sla_holder as holders
left join lateral (
    select supplier_name, supplier_name_zh
    from marts.dim_supplier
    where dim_supplier.supplier_id = holders.supplier_id
    order by valid_from desc
    limit 1
) as suppliers on true
where holders.ticket_key = %(ticket_key)s
order by holders.ticket_sla_key, holders.held_seconds desc, holders.supplier_id
"""

# Exclusions and rulings that touch the clock, whole tickets and windows; an open end is no date.
EXCLUSIONS = """
select distinct
    touching.ticket_sla_key,
    exclusions.exclusion_id,
    exclusions.reason_code,
    exclusions.is_whole,
    exclusions.window_effect,
    nullif(exclusions.excluded_from, '-infinity') as excluded_from,
    nullif(exclusions.excluded_to, 'infinity') as excluded_to,
    exclusions.requested_by,
    exclusions.approved_by,
    exclusions.decided_at,
    exclusions.evidence,
    exclusions._source_file,
    exclusions._source_row_number
from {intermediate}.int_sla__exclusions as touching
inner join {intermediate}.int_register__exclusions_in_effect as exclusions
    on exclusions.exclusion_id = touching.exclusion_id
where touching.ticket_key = %(ticket_key)s
order by touching.ticket_sla_key, excluded_from nulls first, exclusions.exclusion_id
"""

TERMS = """
select
    dim_service_level.*,
    nullif(valid_from, '-infinity') as holds_from,
    nullif(valid_to, 'infinity') as holds_to
from marts.dim_service_level
where service_level_key = any(%(keys)s)
"""

# Versions that hold on a day of the clock, from its start to its due instant, stop or night.
CALENDARS = """
with versions as (
    select
        calendars.*,
        lead(calendars.valid_from) over (partition by calendars.calendar_id order by calendars.valid_from) as next_from
    from {staging}.stg_contract_register__calendars as calendars
    where calendars.calendar_id = any(%(calendar_ids)s)
)

select *
from versions
where
    valid_from <= (%(last)s::timestamptz at time zone time_zone)::date
    and least(valid_to, next_from, published_until) > (%(first)s::timestamptz at time zone time_zone)::date
order by calendar_id, valid_from
"""


@dataclass(frozen=True)
class Measurement:
    """One service level (and cycle) of the ticket with everything that led to its verdict."""

    row: Row
    terms: tuple[Row, ...]
    calendars: tuple[Row, ...]
    stretches: tuple[Row, ...]
    holders: tuple[Row, ...]
    exclusions: tuple[Row, ...]

    @property
    def is_out_of_order(self) -> bool:
        """Its events come in an order in which no clock can run."""
        return self.row["status_reason_code"] in ("stop_before_start", "start_event_missing")

    @property
    def ends_at(self) -> datetime:
        """When its clock stopped for good, else the instant of the night."""
        ended_at: datetime = self.row["stopped_at"] or self.row["as_of"]
        return ended_at.replace(microsecond=0)


def read_measurements(cursor: RealDictCursor, slot: str, ticket_key: str) -> list[Measurement]:
    """All measurements of the ticket, in order of contract, service level and cycle."""
    measured = rows(cursor, MEASUREMENTS, slot, ticket_key=ticket_key)
    stretches = _by_measurement(rows(cursor, STRETCHES, slot, ticket_key=ticket_key))
    holders = _by_measurement(rows(cursor, HOLDERS, slot, ticket_key=ticket_key))
    exclusions = _by_measurement(rows(cursor, EXCLUSIONS, slot, ticket_key=ticket_key))
    keys = [_keys_in_order(row, stretches.get(row["ticket_sla_key"], [])) for row in measured]
    wanted = sorted({key for found in keys for key in found})
    terms = {row["service_level_key"]: row for row in rows(cursor, TERMS, slot, keys=wanted)}
    in_order = [tuple(terms[key] for key in found if key in terms) for found in keys]
    return [
        Measurement(
            row=row,
            terms=in_order[position],
            calendars=tuple(_read_calendars(cursor, slot, row, in_order[position])),
            stretches=tuple(stretches.get(row["ticket_sla_key"], [])),
            holders=tuple(holders.get(row["ticket_sla_key"], [])),
            exclusions=tuple(exclusions.get(row["ticket_sla_key"], [])),
        )
        for position, row in enumerate(measured)
    ]


def _read_calendars(cursor: RealDictCursor, slot: str, row: Row, terms: Iterable[Row]) -> list[Row]:
    calendar_ids = sorted({one["calendar_id"] for one in terms if one["calendar_id"] is not None})
    if not calendar_ids:
        return []
    ends_at = row["stopped_at"] or row["as_of"]
    started_at = row["started_at"] or ends_at
    last = max(started_at, row["due_at"] or ends_at, ends_at)
    return rows(cursor, CALENDARS, slot, calendar_ids=calendar_ids, first=started_at, last=last)


def _keys_in_order(row: Row, stretches: list[Row]) -> list[str]:
    """Versions of the service level in the order in which they held, the one of the verdict last."""
    used = [stretch["service_level_key"] for stretch in stretches]
    return list(dict.fromkeys([*used, row["service_level_key"]]))


def _by_measurement(found: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in found:
        grouped.setdefault(row["ticket_sla_key"], []).append(row)
    return grouped
