-- Grain: one row per ticket and entry that was made suspiciously late: a completion dated back, or an edit after the breach
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with tickets as (
    select * from {{ changed_only(ref('int_ticket__current')) }} as tickets
),

events as (
    select
        events.*,
        coalesce(events.holder_supplier_id, tickets.supplier_id, 'unknown') as held_by_supplier_id,
        lag(events.priority_code) over in_order as priority_before_code,
        lag(events.work_centre_id) over in_order as work_centre_before_id,
        lag(events.supplier_id) over in_order as supplier_of_before_id
    from {{ changed_only(ref('int_ticket__events')) }} as events
    inner join tickets
        on events.ticket_key = tickets.ticket_key
    window in_order as (partition by events.ticket_key order by events.event_rank)
),

-- What each delivery said of the ticket, the rows that newer ones replaced included.
ticket_rows as (
    select
        delivered.ticket_key,
        delivered.state_code,
        delivered.contract_id,
        delivered.promised_at::timestamptz as promised_at,
        delivered.resolved_at::timestamptz as resolved_at,
        delivered.closed_at::timestamptz as closed_at,
        coalesce(delivered._version_at, deliveries.knows_until) as said_at,
        deliveries.delivery_id,
        deliveries.received_as_of,
        deliveries.knows_until,
        delivered._line
    from {{ changed_only(source('raw', 'tickets')) }} as delivered
    inner join {{ ref('stg_ops__accepted_deliveries') }} as deliveries
        on delivered._delivery_id = deliveries.delivery_id
),

event_rows as (
    select
        delivered.ticket_key,
        delivered.event_type,
        delivered.state_code,
        delivered.event_at::timestamptz as event_at,
        deliveries.received_as_of,
        deliveries.knows_until
    from {{ changed_only(source('raw', 'ticket_events')) }} as delivered
    inner join {{ ref('stg_ops__accepted_deliveries') }} as deliveries
        on delivered._delivery_id = deliveries.delivery_id
),

-- Tickets that were delivered once only have nothing to compare with.
several_times as materialized (
    select ticket_key
    from (
        select
            ticket_key,
            received_as_of
        from ticket_rows
        union all
        select
            ticket_key,
            received_as_of
        from event_rows
    ) as deliveries
    group by ticket_key
    having min(received_as_of) < max(received_as_of)
),

told_completions as materialized (
    select
        event_rows.ticket_key,
        done.kind_code,
        event_rows.event_at as done_at,
        event_rows.received_as_of
    from event_rows
    cross join (values ('resolved'), ('closed')) as done (kind_code)
    inner join several_times
        on event_rows.ticket_key = several_times.ticket_key
    where event_rows.event_type = done.kind_code or event_rows.state_code = done.kind_code
    union all
    select
        ticket_rows.ticket_key,
        done.kind_code,
        done.done_at,
        ticket_rows.received_as_of
    from ticket_rows
    inner join several_times
        on ticket_rows.ticket_key = several_times.ticket_key
    cross join
        lateral (
            values ('resolved', ticket_rows.resolved_at), ('closed', ticket_rows.closed_at)
        ) as done (kind_code, done_at)
    where done.done_at is not null
),

completions as (
    select
        events.*,
        done.kind_code,
        make_interval(mins => reasons.tolerated_minutes) as tolerated
    from events
    inner join several_times
        on events.ticket_key = several_times.ticket_key
    cross join (values ('resolved'), ('closed')) as done (kind_code)
    inner join {{ ref('pause_question_reason') }} as reasons
        on reasons.code = 'backdated_completion'
    where
        not events.is_derived
        and (events.event_type = done.kind_code or (events.event_type = 'state_changed' and events.state_code = done.kind_code))
),

-- The first run that heard of it; the same completion may be told with a slightly different time elsewhere.
first_told as (
    select
        completions.ticket_key,
        completions.event_rank,
        completions.kind_code,
        min(told.received_as_of) as received_as_of
    from completions
    inner join told_completions as told
        on
            completions.ticket_key = told.ticket_key
            and completions.kind_code = told.kind_code
            and completions.event_at - completions.tolerated <= told.done_at
            and completions.event_at + completions.tolerated >= told.done_at
    group by completions.ticket_key, completions.event_rank, completions.kind_code
),

-- What earlier runs heard that would have had to say so: other events of the ticket, or that it was still open.
told_otherwise as (
    select
        event_rows.ticket_key,
        false as is_of_stand_in,
        event_rows.received_as_of,
        event_rows.knows_until
    from event_rows
    union all
    select
        ticket_rows.ticket_key,
        false as is_of_stand_in,
        ticket_rows.received_as_of,
        ticket_rows.knows_until
    from ticket_rows
    where ticket_rows.state_code not in ('resolved', 'closed')
    union all
    select
        ticket_rows.ticket_key,
        true as is_of_stand_in,
        ticket_rows.received_as_of,
        ticket_rows.knows_until
    from ticket_rows
),

backdated as (
    select
        completions.ticket_key,
        completions.event_rank,
        completions.kind_code,
        completions.event_at,
        completions.held_by_supplier_id,
        completions.work_centre_id,
        completions._source_row_number,
        completions._delivery_id,
        max(earlier.knows_until) as knows_until
    from completions
    inner join first_told
        on
            completions.ticket_key = first_told.ticket_key
            and completions.event_rank = first_told.event_rank
            and completions.kind_code = first_told.kind_code
    inner join told_otherwise as earlier
        on
            completions.ticket_key = earlier.ticket_key
            and completions.is_stand_in = earlier.is_of_stand_in
            and first_told.received_as_of > earlier.received_as_of
            and completions.event_at + completions.tolerated < earlier.knows_until
    group by
        completions.ticket_key,
        completions.event_rank,
        completions.kind_code,
        completions.event_at,
        completions.held_by_supplier_id,
        completions.work_centre_id,
        completions._source_row_number,
        completions._delivery_id
),

breaches as (
    select
        ticket_key,
        min(breached_at) as breached_at
    from {{ changed_only(ref('int_sla__measurements')) }} as measurements
    where breached_at is not null
    group by ticket_key
),

versions as (
    select
        ticket_rows.*,
        lag(ticket_rows.contract_id) over in_order as contract_before_id,
        lag(ticket_rows.promised_at) over in_order as promised_before_at
    from ticket_rows
    inner join several_times
        on ticket_rows.ticket_key = several_times.ticket_key
    window in_order as (partition by ticket_rows.ticket_key order by ticket_rows.said_at, ticket_rows.delivery_id, ticket_rows._line)
)

select
    backdated.ticket_key,
    'backdated_completion' as reason_code,
    backdated.kind_code as subject_code,
    backdated.event_at,
    null::timestamptz as breached_at,
    backdated.knows_until as not_known_at,
    null::text as value_before,
    null::text as value_after,
    backdated.held_by_supplier_id as supplier_id,
    backdated.work_centre_id,
    backdated._source_row_number,
    backdated._delivery_id
from backdated
union all
select
    events.ticket_key,
    'edited_after_breach' as reason_code,
    edited.subject_code,
    events.event_at,
    breaches.breached_at,
    null as not_known_at,
    edited.value_before,
    edited.value_after,
    coalesce(events.supplier_of_before_id, events.held_by_supplier_id) as supplier_id,
    coalesce(events.work_centre_before_id, events.work_centre_id) as work_centre_id,
    events._source_row_number,
    events._delivery_id
from events
inner join breaches
    on
        events.ticket_key = breaches.ticket_key
        -- A change between two snapshots lies after the first of them.
        and coalesce(events.known_from_at, events.event_at) > breaches.breached_at
cross join
    lateral (
        values
        ('priority', events.priority_before_code, events.priority_code),
        ('work_centre', events.work_centre_before_id, events.work_centre_id)
    ) as edited (subject_code, value_before, value_after)
where edited.value_before is not null and edited.value_before <> edited.value_after
union all
select
    versions.ticket_key,
    'edited_after_breach' as reason_code,
    edited.subject_code,
    versions.said_at as event_at,
    edited.breached_at,
    null as not_known_at,
    edited.value_before,
    edited.value_after,
    coalesce(tickets.supplier_id, 'unknown') as supplier_id,
    tickets.work_centre_id,
    versions._line as _source_row_number,
    versions.delivery_id as _delivery_id
from versions
inner join tickets
    on versions.ticket_key = tickets.ticket_key
left join breaches
    on versions.ticket_key = breaches.ticket_key
cross join
    lateral (
        values
        -- A promise that had passed with the work undone was broken, whatever was promised afterwards.
        (
            'promise',
            to_char(versions.promised_before_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            to_char(versions.promised_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            least(
                breaches.breached_at,
                case
                    when coalesce(tickets.resolved_at, tickets.closed_at, 'infinity') > versions.promised_before_at
                        then versions.promised_before_at
                end
            )
        ),
        ('contract', versions.contract_before_id, versions.contract_id, breaches.breached_at)
    ) as edited (subject_code, value_before, value_after, breached_at)
where
    edited.value_before is not null
    and edited.value_before is distinct from edited.value_after
    and versions.said_at > edited.breached_at
