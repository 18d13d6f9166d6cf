-- Grain: one row per ticket and event up to as_of, in order, with state, priority and work centre after it
{{ config(indexes=[{'columns': ['ticket_key', 'event_rank']}]) }}
with delivered as (
    select
        events.ticket_key,
        events.event_key,
        events.event_number,
        events.event_at,
        events.event_type,
        events.state_code,
        events.priority_code,
        events.work_centre_id,
        events._source_file,
        events._source_row_number,
        events._delivery_id
    from {{ ref('stg_ticketing__ticket_events') }} as events
    inner join {{ ref('stg_ticketing__tickets') }} as tickets
        on events.ticket_key = tickets.ticket_key
    cross join {{ ref('stg_ops__run') }} as run
    where events.event_at <= run.as_of
),

-- Where the log has no event of a kind, the ticket's own column stands in for it.
stand_ins as (
    select
        tickets.ticket_key,
        milestone.event_type as event_key,
        null::integer as event_number,
        milestone.event_at,
        milestone.event_type,
        null::text as state_code,
        null::text as priority_code,
        null::text as work_centre_id,
        tickets._source_file,
        tickets._source_row_number,
        tickets._delivery_id
    from {{ ref('stg_ticketing__tickets') }} as tickets
    cross join
        lateral (
            values
            ('opened', tickets.opened_at),
            ('assigned', tickets.assigned_at),
            ('responded', tickets.responded_at),
            ('resolved', tickets.resolved_at),
            ('closed', tickets.closed_at),
            ('cancelled', tickets.cancelled_at)
        ) as milestone (event_type, event_at)
    where
        milestone.event_at is not null
        and not exists (
            select 1
            from delivered
            where
                delivered.ticket_key = tickets.ticket_key
                and (delivered.event_type = milestone.event_type or delivered.state_code = milestone.event_type)
        )
),

unioned as (
    select
        *,
        false as is_stand_in
    from delivered
    union all
    select
        *,
        true as is_stand_in
    from stand_ins
),

ranked as (
    select
        unioned.*,
        coalesce(unioned.state_code, event_types.implied_state_code) as stated_code,
        row_number() over (
            partition by unioned.ticket_key
            order by
                unioned.event_at,
                case when not unioned.is_stand_in then 1 when unioned.event_type = 'opened' then 0 else 2 end,
                unioned.event_number nulls first,
                event_types.sequence_rank,
                unioned.event_key
        ) as event_rank
    from unioned
    inner join {{ ref('ticket_event_type') }} as event_types
        on unioned.event_type = event_types.code
    cross join {{ ref('stg_ops__run') }} as run
    where unioned.event_at <= run.as_of
),

-- A value holds until the next event that states one: count the statements so far, then take the one of that count.
counted as (
    select
        ranked.*,
        count(stated_code) over so_far as state_number,
        count(priority_code) over so_far as priority_number,
        count(work_centre_id) over so_far as work_centre_number
    from ranked
    window so_far as (partition by ticket_key order by event_rank)
)

select
    ticket_key,
    event_rank,
    event_key,
    event_at,
    event_type,
    is_stand_in,
    coalesce(max(stated_code) over (partition by ticket_key, state_number), 'new') as state_code,
    max(priority_code) over (partition by ticket_key, priority_number) as priority_code,
    max(work_centre_id) over (partition by ticket_key, work_centre_number) as work_centre_id,
    case when work_centre_number > 0 then min(event_at) over (partition by ticket_key, work_centre_number) end as work_centre_since_at,
    _source_file,
    _source_row_number,
    _delivery_id
from counted
