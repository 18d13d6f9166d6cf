-- Grain: one row per ticket and event up to as_of, in order, with what holds before and after it
{{ config(indexes=[{'columns': ['ticket_key', 'event_rank'], 'unique': true}]) }}
with tickets as (
    select * from {{ changed_only(ref('stg_ticketing__tickets')) }} as tickets
),

delivered as (
    select
        events.ticket_key,
        events.event_key,
        events.event_number,
        events.event_at,
        events.event_type,
        events.state_code,
        events.reason_code,
        events.priority_code,
        events.work_centre_id,
        events._source_row_number,
        events._delivery_id
    from {{ changed_only(ref('stg_ticketing__ticket_events')) }} as events
    -- Events of a ticket that was never delivered wait in qc_event_without_ticket.
    inner join tickets
        on events.ticket_key = tickets.ticket_key
),

-- Of a source without a log the differences between its snapshots tell; what a log of the ticket says goes before them.
derived as (
    select snapshot_events.*
    from {{ changed_only(ref('int_ticket__snapshot_events')) }} as snapshot_events
    where not exists (
        select 1
        from delivered
        where
            delivered.ticket_key = snapshot_events.ticket_key
            and delivered.event_type <> 'opened'
            and case snapshot_events.change_kind
                when 'priority' then delivered.priority_code is not null
                when 'work_centre' then delivered.work_centre_id is not null
                else
                    delivered.state_code is not null
                    or delivered.event_type in ('paused', 'resumed', 'state_changed', 'reopened', 'resolved', 'closed', 'cancelled')
            end
    )
),

-- What held before the first change that snapshots show has held since the opening.
held_at_opening as (
    select
        ticket_key,
        (array_agg(priority_before_code order by event_number) filter (where change_kind = 'priority'))[1] as priority_code,
        (array_agg(work_centre_before_id order by event_number) filter (where change_kind = 'work_centre'))[1] as work_centre_id
    from derived
    group by ticket_key
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
        null::text as reason_code,
        case when milestone.event_type = 'opened' then held_at_opening.priority_code end as priority_code,
        case when milestone.event_type = 'opened' then held_at_opening.work_centre_id end as work_centre_id,
        -- A ticket that snapshots have shown in a state before does not leave it for the column of its assignment.
        milestone.event_type = 'assigned' and exists (
            select 1
            from derived
            where
                derived.ticket_key = tickets.ticket_key
                and derived.state_code is not null
                and derived.event_at <= milestone.event_at
        ) as states_nothing,
        tickets._source_row_number,
        tickets._delivery_id
    from tickets
    left join held_at_opening
        on tickets.ticket_key = held_at_opening.ticket_key
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
        -- The change that this column explains is told already.
        and not exists (
            select 1
            from derived
            where
                derived.ticket_key = tickets.ticket_key
                and derived.state_code = milestone.event_type
                and derived.own_at = milestone.event_at
        )
),

unioned as (
    select
        delivered.ticket_key,
        delivered.event_key,
        delivered.event_number,
        delivered.event_at,
        delivered.event_type,
        delivered.state_code,
        delivered.reason_code,
        delivered.priority_code,
        delivered.work_centre_id,
        false as states_nothing,
        false as is_stand_in,
        false as is_derived,
        null::timestamptz as known_from_at,
        null::timestamptz as known_until_at,
        delivered._source_row_number,
        delivered._delivery_id
    from delivered
    union all
    select
        derived.ticket_key,
        derived.event_key,
        derived.event_number,
        derived.event_at,
        derived.event_type,
        derived.state_code,
        null as reason_code,
        derived.priority_code,
        derived.work_centre_id,
        false as states_nothing,
        false as is_stand_in,
        true as is_derived,
        derived.known_from_at,
        derived.known_until_at,
        derived._source_row_number,
        derived._delivery_id
    from derived
    union all
    select
        stand_ins.ticket_key,
        stand_ins.event_key,
        stand_ins.event_number,
        stand_ins.event_at,
        stand_ins.event_type,
        stand_ins.state_code,
        stand_ins.reason_code,
        stand_ins.priority_code,
        stand_ins.work_centre_id,
        stand_ins.states_nothing,
        true as is_stand_in,
        false as is_derived,
        null as known_from_at,
        null as known_until_at,
        stand_ins._source_row_number,
        stand_ins._delivery_id
    from stand_ins
),

stated as (
    select
        unioned.ticket_key,
        unioned.event_key,
        unioned.event_number,
        unioned.event_at,
        unioned.event_type,
        unioned.is_stand_in,
        unioned.is_derived,
        unioned.known_from_at,
        unioned.known_until_at,
        unioned.priority_code,
        unioned.work_centre_id,
        unioned._source_row_number,
        unioned._delivery_id,
        event_types.sequence_rank,
        implied.state_code,
        -- A reason belongs to the state it was given for.
        case when implied.state_code is not null then coalesce(unioned.reason_code, '') end as reason_code,
        -- The supplier that the work centre belongs to when it takes the ticket over.
        case when unioned.work_centre_id is not null then coalesce(work_centres.work_centre_key, 'unknown') end as work_centre_key,
        work_centres.supplier_id
    from unioned
    inner join {{ ref('ticket_event_type') }} as event_types
        on unioned.event_type = event_types.code
    cross join
        lateral (
            select case when not unioned.states_nothing then coalesce(unioned.state_code, event_types.implied_state_code) end as state_code
        ) as implied
    left join {{ ref('int_register__work_centre_versions') }} as work_centres
        on
            unioned.work_centre_id = work_centres.work_centre_id
            and unioned.event_at >= work_centres.valid_from
            and unioned.event_at < work_centres.valid_to
),

-- A value holds until the next event that states one.
carried as (
    select
        stated.ticket_key,
        stated.event_key,
        stated.event_at,
        stated.event_type,
        stated.is_stand_in,
        stated.is_derived,
        stated.known_from_at,
        stated.known_until_at,
        stated._source_row_number,
        stated._delivery_id,
        (row_number() over in_order)::integer as event_rank,
        lead(stated.event_at) over in_order as next_event_at,
        coalesce(ops.last_stated(stated.state_code) over in_order, 'new') as state_code,
        nullif(ops.last_stated(stated.reason_code) over in_order, '') as reason_code,
        ops.last_stated(stated.priority_code) over in_order as priority_code,
        ops.last_stated(stated.work_centre_id) over in_order as work_centre_id,
        ops.last_stated(stated.work_centre_key) over in_order as work_centre_key,
        ops.last_stated(stated.supplier_id) over in_order as supplier_id,
        ops.last_stated(stated.state_code) over before_it as state_before_code,
        ops.last_stated(stated.reason_code) over before_it as reason_before_code,
        ops.last_stated(stated.supplier_id) over before_it as supplier_before_id
    from stated
    window
        in_order as (
            partition by stated.ticket_key
            order by
                stated.event_at,
                case when not stated.is_stand_in then 1 when stated.event_type = 'opened' then 0 else 2 end,
                stated.event_number nulls first,
                stated.sequence_rank,
                stated.event_key
        ),
        before_it as (in_order rows between unbounded preceding and 1 preceding)
)

select
    carried.ticket_key,
    carried.event_rank,
    carried.event_key,
    carried.event_at,
    case when carried.next_event_at <= run.as_of then carried.next_event_at end as next_event_at,
    carried.event_type,
    carried.is_stand_in,
    case when carried.event_rank > 1 then coalesce(carried.state_before_code, 'new') end as state_before_code,
    nullif(carried.reason_before_code, '') as reason_before_code,
    carried.state_code,
    carried.reason_code,
    carried.priority_code,
    carried.work_centre_id,
    carried.work_centre_key,
    -- The last supplier known answers until another takes over; who holds it may be a party that is nobody's work centre.
    carried.supplier_id,
    coalesce(carried.supplier_id <> carried.supplier_before_id, false) as is_takeover,
    case when carried.work_centre_key = 'unknown' then 'unknown' else carried.supplier_id end as holder_supplier_id,
    coalesce(carried.next_event_at <= run.as_of, false) is false as is_last,
    coalesce(carried.next_event_at > run.as_of, false) as has_later_events,
    -- Derived from snapshots: the change lies after known_from_at and not after known_until_at.
    carried.is_derived,
    carried.known_from_at,
    carried.known_until_at,
    carried._source_row_number,
    carried._delivery_id
from carried
cross join {{ ref('stg_ops__run') }} as run
where carried.event_at <= run.as_of
