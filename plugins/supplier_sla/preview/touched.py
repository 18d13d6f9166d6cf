"""What the reaches of a change meet in a published slot: tickets, measurements, months, ledger lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg2.extras import RealDictCursor, execute_values

from supplier_sla.preview.reaches import Reach
from supplier_sla.published import in_slot

Row = dict[str, Any]

WORKING_TABLES = """
create temporary table reach (
    object_kind text, object_id text, contract_id text, service_level_id text, ticket_key text, ticket_type_code text,
    category_code text, priority_code text, from_at timestamptz not null, to_at timestamptz not null,
    has_measurements boolean, may_be_new boolean, may_move boolean, is_of_months boolean
) on commit drop;

create temporary table touched on commit drop as
select object_kind, object_id, ticket_key
from {intermediate}.int_run__touched_tickets;

-- Tickets that the change itself delivers.
create temporary table delivered on commit drop as
select 'ticket' as object_kind, rows_of.ticket_key as object_id, rows_of.ticket_key
from {staging}.stg_ops__accepted_deliveries as deliveries
inner join (
    select ticket_key, _delivery_id from raw.tickets
    union all
    select ticket_key, _delivery_id from raw.ticket_events
) as rows_of on rows_of._delivery_id = deliveries.delivery_id
where deliveries.is_new
group by rows_of.ticket_key;

insert into touched
select * from delivered
except
select * from touched;

-- What is measured under a contract counts from its first day on, in the zone of any of its versions.
create temporary table contract_zone on commit drop as
select distinct contract_id, time_zone, min(valid_from) over (partition by contract_id)::timestamp as first_day
from {staging}.stg_contract_register__contracts;
"""

# Days that a calendar lays out otherwise, and whole histories of the tickets that are delivered.
FURTHER_REACHES = """
insert into reach (
    object_kind, object_id, service_level_id, from_at, to_at, has_measurements, may_be_new, may_move, is_of_months
)
select 'calendar', changed.calendar_id, levels.service_level_id, lower(span), upper(span), true, false, false, false
from (
    select calendar_id, range_agg(tstzrange(reaches_from, reaches_to)) as days
    from {intermediate}.int_run__changed_calendar_days
    group by calendar_id
) as changed
cross join lateral unnest(changed.days) as span
inner join (
    select distinct calendar_id, service_level_id
    from {staging}.stg_contract_register__service_levels
) as levels
    on levels.calendar_id = changed.calendar_id
union all
select object_kind, object_id, null, '-infinity', 'infinity', true, false, true, false
from delivered;
"""

# A clock is met by a change from its start to its due instant, its stop or the night, whichever comes last; where no
# due instant can be told, it may lie anywhere.
MEASUREMENTS = """
create temporary table reached on commit drop as
select distinct
    touched.object_kind,
    touched.object_id,
    measurements.ticket_sla_key,
    measurements.ticket_key,
    measurements.contract_id,
    measurements.service_level_id,
    measurements.cycle_number,
    measurements.period_month,
    measurements.status_code,
    reach.may_move
from touched
inner join marts.fct_ticket_sla as measurements on measurements.ticket_key = touched.ticket_key
inner join marts.fct_ticket as tickets on tickets.ticket_key = touched.ticket_key
cross join marts.dim_night as nights
cross join lateral (
    select
        least(measurements.started_at, tickets.opened_at) as from_at,
        case
            when
                measurements.due_at is null
                and measurements.status_code in ('not_measurable', 'running', 'paused', 'running_past_due')
                then 'infinity'
            else greatest(
                measurements.due_at, measurements.breached_at, coalesce(measurements.stopped_at, nights.as_of)
            )
        end as to_at
) as clock
inner join reach
    on
        reach.has_measurements
        and reach.object_kind = touched.object_kind
        and reach.object_id = touched.object_id
        and (reach.service_level_id is null or reach.service_level_id = measurements.service_level_id)
        and (
            reach.contract_id is null
            or reach.contract_id = measurements.contract_id
            -- What no level applies to may come to be measured.
            or measurements.service_level_id = 'not_applicable'
        )
        and (reach.ticket_key is null or reach.ticket_key = measurements.ticket_key)
        and (
            reach.priority_code is null
            or reach.priority_code = measurements.priority_applied_code
            or measurements.service_level_id = 'not_applicable'
        )
        and reach.from_at <= clock.to_at
        and reach.to_at >= clock.from_at;

-- Tickets that a level does not measure yet and may measure then; a clock starts and stops with events.
create temporary table unmeasured on commit drop as
select distinct
    touched.object_kind,
    touched.object_id,
    touched.ticket_key,
    reach.contract_id,
    reach.service_level_id,
    date_trunc(
        'month', greatest(events.event_at at time zone contracts.time_zone, contracts.first_day)
    )::date as period_month
from touched
inner join marts.fct_ticket as tickets on tickets.ticket_key = touched.ticket_key
cross join marts.dim_night as nights
inner join reach
    on
        reach.may_be_new
        and reach.object_kind = touched.object_kind
        and reach.object_id = touched.object_id
        and (reach.ticket_type_code is null or reach.ticket_type_code = tickets.ticket_type_code)
        and (reach.category_code is null or reach.category_code = tickets.category_code)
        and reach.from_at <= coalesce(tickets.closed_at, nights.as_of)
        and reach.to_at > tickets.opened_at
inner join contract_zone as contracts on contracts.contract_id = reach.contract_id
inner join {intermediate}.int_ticket__events as events on events.ticket_key = touched.ticket_key
where
    not exists (
        select from marts.fct_ticket_sla as measurements
        where
            measurements.ticket_key = touched.ticket_key
            and measurements.service_level_id = reach.service_level_id
    );
"""

OBJECTS = """
select
    objects.object_kind,
    objects.object_id,
    count(distinct touched.ticket_key) as ticket_count,
    count(distinct reached.ticket_sla_key) as measurement_count
from (
    select object_kind, object_id from {intermediate}.int_run__pending_objects
    union
    select object_kind, object_id from delivered
) as objects
left join touched using (object_kind, object_id)
left join reached on
    reached.object_kind = objects.object_kind and reached.object_id = objects.object_id
    and reached.ticket_key = touched.ticket_key
group by objects.object_kind, objects.object_id
order by objects.object_kind, objects.object_id
"""

TICKETS = """
select ticket_key, service_level_id, min(cycle_number) as cycle_number, min(status_code) as status_code
from reached
group by ticket_key, service_level_id, ticket_sla_key
union all
select ticket_key, service_level_id, null, null
from (select distinct ticket_key, service_level_id from unmeasured) as may_come
union all
select delivered.ticket_key, null, null, null
from delivered
where not exists (select from reached where reached.ticket_key = delivered.ticket_key)
order by ticket_key, service_level_id, cycle_number
"""

# Months with measurements that are met, or that may come, or that are judged anew although no measurement changes.
PERIODS = """
create temporary table period on commit drop as
with met as (
    select contract_id, service_level_id, period_month, count(distinct ticket_sla_key) as measurement_count
    from reached
    where period_month is not null and service_level_id <> 'not_applicable'
    group by contract_id, service_level_id, period_month
    union all
    select distinct contract_id, service_level_id, period_month, 0
    from unmeasured
    union all
    select distinct
        reached.contract_id,
        reached.service_level_id,
        date_trunc('month', greatest(events.event_at at time zone contracts.time_zone, contracts.first_day))::date,
        0
    from reached
    inner join {intermediate}.int_ticket__events as events on events.ticket_key = reached.ticket_key
    inner join contract_zone as contracts on contracts.contract_id = reached.contract_id
    where reached.may_move and reached.service_level_id <> 'not_applicable'
    union all
    -- Where the stop decides the month, what has not stopped counts in the month of its breach, which may move.
    select distinct reached.contract_id, reached.service_level_id, months.period_month, 0
    from reached
    cross join marts.dim_night as nights
    inner join marts.fct_ticket_sla as measurements
        on measurements.ticket_key = reached.ticket_key and measurements.ticket_sla_key = reached.ticket_sla_key
    inner join {intermediate}.int_period__months as months
        on
            months.contract_id = reached.contract_id
            and months.month_from <= nights.as_of
            and months.month_to > measurements.started_at
    where
        reached.status_code in ('running', 'paused', 'running_past_due')
        and exists (
            select from {staging}.stg_contract_register__service_levels as levels
            where levels.service_level_id = reached.service_level_id and levels.period_basis = 'stopped'
        )
    union all
    select periods.contract_id, periods.service_level_id, periods.period_month, 0
    from marts.fct_service_level_period as periods
    inner join {intermediate}.int_period__months as months using (contract_id, period_month)
    inner join reach
        on
            reach.is_of_months
            and reach.contract_id = periods.contract_id
            and (reach.service_level_id is null or reach.service_level_id = periods.service_level_id)
            and reach.from_at < months.month_to
            and reach.to_at > months.month_from
    where
        periods.measured_count > 0
        or exists (
            select from finance.ledger_line as lines
            where lines.contract_id = periods.contract_id and lines.period_month = periods.period_month
        )
)

select
    met.contract_id,
    met.service_level_id,
    met.period_month,
    max(met.measurement_count) as measurement_count,
    coalesce(bool_or(months.is_complete), false) as is_complete,
    exists (
        select from {intermediate}.int_penalty__caps as caps
        where caps.contract_id = met.contract_id and caps.period_month = met.period_month
    ) as has_cap
from met
left join {intermediate}.int_period__months as months using (contract_id, period_month)
group by met.contract_id, met.service_level_id, met.period_month;
"""

PERIOD_ROWS = "select * from period order by contract_id, service_level_id, period_month"

# Lines of the months' own clauses and, where a cap binds the month's total, of its other clauses.
LEDGER_LINES = """
select
    lines.line_number,
    lines.line_kind,
    lines.contract_id,
    lines.penalty_term_id,
    lines.period_month,
    lines.currency_code,
    lines.amount,
    lines.accounting_period,
    lines.detail ->> 'service_level_id' as service_level_id,
    bool_or(lines.detail ->> 'service_level_id' = period.service_level_id) as is_direct,
    max(extracted.extract_number) as extract_number
from finance.ledger_line as lines
inner join period
    on
        period.contract_id = lines.contract_id
        and period.period_month = lines.period_month
        and (period.has_cap or lines.detail ->> 'service_level_id' = period.service_level_id)
left join finance.extract_line as extracted on extracted.line_number = lines.line_number
group by lines.line_number
order by lines.line_number
"""

STATUSES = """
select status_code, count(distinct ticket_sla_key) as measurement_count
from reached
group by status_code
order by status_code
"""


def find_touched(cursor: RealDictCursor, slot: str, found: Iterable[Reach]) -> dict[str, list[Row]]:
    """Rows called objects, statuses, tickets, periods and ledger_lines.

    Args:
        cursor: as the transformer, in the transaction in which the change has been landed.
        slot: the published one, the change's deliveries open to its models.
        found: see `reaches`.
    """
    cursor.execute(in_slot(WORKING_TABLES, slot))
    _write_reaches(cursor, found)
    cursor.execute(in_slot(FURTHER_REACHES, slot))
    cursor.execute("analyze reach, touched, delivered")
    cursor.execute(in_slot(MEASUREMENTS, slot))
    cursor.execute(in_slot(PERIODS, slot))
    questions = {
        "objects": OBJECTS,
        "statuses": STATUSES,
        "tickets": TICKETS,
        "periods": PERIOD_ROWS,
        "ledger_lines": LEDGER_LINES,
    }
    answers = {}
    for name, statement in questions.items():
        cursor.execute(in_slot(statement, slot))
        answers[name] = [dict(row) for row in cursor.fetchall()]
    return answers


def _write_reaches(cursor: RealDictCursor, found: Iterable[Reach]) -> None:
    rows = [
        (
            reach.changed.kind, reach.changed.identifier, reach.contract_id, reach.service_level_id, reach.ticket_key,
            reach.ticket_type_code, reach.category_code, reach.priority_code, reach.from_at or "-infinity",
            reach.to_at or "infinity", reach.has_measurements, reach.may_be_new, reach.may_move, reach.is_of_months,
        )
        for reach in found
    ]  # fmt: skip
    if rows:
        execute_values(cursor, "insert into reach values %s", rows)
