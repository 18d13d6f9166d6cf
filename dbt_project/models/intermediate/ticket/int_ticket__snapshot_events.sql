-- Grain: one row per ticket of a source without a log, and event that the differences between its snapshots tell of
{{ config(indexes=[{'columns': ['ticket_key', 'event_key'], 'unique': true}]) }}
-- A change happened after the last snapshot that does not show it (known_from_at) and not after the first that does
-- (known_until_at). It is dated by the ticket's own column that explains it, else by updated_at, else by the export.
-- A waiting ticket waits until a snapshot says otherwise, but not through a missing snapshot: where the next one is more than
-- half an interval late, the ticket is `unseen` from the instant of the first that is missing, and clocks run.
{%- set late_after = 1.5 %}
with snapshots as (
    select
        snapshots.*,
        row_number() over in_order as snapshot_number,
        lag(snapshots.seen_at) over in_order as snapshot_before_at
    from {{ changed_only(ref('stg_ticketing__ticket_snapshots')) }} as snapshots
    window in_order as (partition by snapshots.ticket_key order by snapshots.seen_at)
),

stated as (
    select
        snapshots.*,
        -- Of a code of the source's own the end instants tell whether it is an end.
        coalesce(
            states.state_kind_code,
            case when coalesce(snapshots.resolved_at, snapshots.closed_at, snapshots.cancelled_at) is null then 'other' else 'done' end
        ) as state_kind_code
    from snapshots
    left join {{ ref('ticket_state') }} as states
        on snapshots.state_code = states.code
    where snapshots.state_code is not null
),

beside_before as (
    select
        stated.*,
        coalesce(lag(stated.state_code) over in_order, 'new') as state_before_code,
        lag(stated.state_kind_code) over in_order as state_kind_before_code,
        lag(stated.seen_at) over in_order as seen_before_at,
        lag(stated.is_dated_by_tool) over in_order as is_before_dated_by_tool,
        lag(stated.snapshot_interval) over in_order as interval_before,
        lag(stated.assigned_at) over in_order as assigned_before_at,
        lag(stated.responded_at) over in_order as responded_before_at,
        lag(stated.resolved_at) over in_order as resolved_before_at,
        lag(stated.closed_at) over in_order as closed_before_at,
        lag(stated.cancelled_at) over in_order as cancelled_before_at,
        lead(stated.seen_at) over in_order is null as is_last
    from stated
    window in_order as (partition by stated.ticket_key order by stated.seen_at)
),

-- Ended before and now, but by a resolution since: it was opened again in between.
ends as (
    select
        beside_before.*,
        again.is_ended_again,
        count(*) filter (where beside_before.state_kind_code <> 'done' or again.is_ended_again) over (
            partition by beside_before.ticket_key order by beside_before.seen_at
        ) as end_number
    from beside_before
    cross join
        lateral (
            select coalesce(
                beside_before.state_kind_before_code = 'done'
                and beside_before.state_kind_code = 'done'
                and beside_before.resolved_at <> beside_before.resolved_before_at
                and beside_before.resolved_at > beside_before.seen_before_at,
                false
            ) as is_ended_again
        ) as again
),

-- As long as a ticket stays ended its end instants may be corrected: the last ones count.
ended as (
    select
        ends.*,
        greatest(coalesce(ends.seen_before_at, ends.opened_at), ends.opened_at) as not_before_at,
        greatest(ends.seen_at, ends.opened_at) as not_after_at,
        last_value(ends.resolved_at) over in_end as last_resolved_at,
        last_value(ends.closed_at) over in_end as last_closed_at,
        last_value(ends.cancelled_at) over in_end as last_cancelled_at,
        case
            when ends.is_ended_again then ends.seen_before_at
            when
                not ends.is_dated_by_tool
                and not ends.is_before_dated_by_tool
                and ends.seen_at - ends.seen_before_at > ends.interval_before * {{ late_after }}
                and (
                    ends.state_kind_before_code in ('waiting', 'other')
                    or (ends.state_kind_before_code = 'done' and ends.state_kind_code <> 'done')
                )
                then ends.seen_before_at + ends.interval_before
        end as unseen_at
    from ends
    window
        in_end as (
            partition by ends.ticket_key, ends.end_number, ends.state_kind_code = 'done'
            order by ends.seen_at
            rows between unbounded preceding and unbounded following
        )
),

-- The ticket's own column, where it was filled or corrected with this change and says when.
explained as (
    select
        ended.*,
        case
            when ended.state_code = 'resolved' then nullif(ended.last_resolved_at, ended.resolved_before_at)
            when ended.state_code = 'closed' then nullif(ended.last_closed_at, ended.closed_before_at)
            when ended.state_code = 'cancelled' then nullif(ended.last_cancelled_at, ended.cancelled_before_at)
            when ended.state_kind_code = 'done'
                then coalesce(
                    nullif(ended.last_resolved_at, ended.resolved_before_at),
                    nullif(ended.last_closed_at, ended.closed_before_at),
                    nullif(ended.last_cancelled_at, ended.cancelled_before_at)
                )
            when ended.resolved_at > ended.not_before_at or ended.closed_at > ended.not_before_at then null
            when ended.state_code = 'assigned'
                then {{ instant_within('nullif(ended.assigned_at, ended.assigned_before_at)', 'ended') }}
            when ended.state_code = 'in_progress' and ended.state_before_code in ('new', 'assigned')
                then {{ instant_within('nullif(ended.responded_at, ended.responded_before_at)', 'ended') }}
        end as own_at,
        -- What nobody saw lies before an end that the ticket tells itself.
        least(
            nullif(ended.resolved_at, ended.resolved_before_at),
            nullif(ended.closed_at, ended.closed_before_at),
            nullif(ended.cancelled_at, ended.cancelled_before_at)
        ) as ended_at
    from ended
    where ended.state_code <> ended.state_before_code or ended.unseen_at is not null
),

state_changes as (
    select
        explained.*,
        -- What the tool says of an end is believed as far as its own snapshots do not contradict it.
        greatest(least(coalesce(explained.own_at, explained.not_after_at), explained.not_after_at), explained.not_before_at) as event_at
    from explained
),

attributes as (
    select
        snapshots.*,
        said.change_kind,
        said.value,
        lag(said.value) over in_order as value_before,
        lag(snapshots.assigned_at) over in_order as assigned_before_at,
        greatest(
            coalesce(lag(snapshots.seen_at) over in_order, snapshots.snapshot_before_at, snapshots.opened_at), snapshots.opened_at
        ) as not_before_at,
        greatest(snapshots.seen_at, snapshots.opened_at) as not_after_at
    from snapshots
    cross join
        lateral (
            values
            ('priority', snapshots.priority_code),
            ('work_centre', snapshots.work_centre_id)
        ) as said (change_kind, value)
    where said.value is not null
    window in_order as (partition by snapshots.ticket_key, said.change_kind order by snapshots.seen_at)
),

attribute_changes as (
    select
        attributes.*,
        case
            when attributes.change_kind = 'work_centre'
                then {{ instant_within('nullif(attributes.assigned_at, attributes.assigned_before_at)', 'attributes') }}
        end as own_at
    from attributes
    -- What the first snapshot shows has held since the opening, as far as anybody knows.
    where attributes.value <> coalesce(attributes.value_before, '') and attributes.snapshot_number > 1
),

changes as (
    select
        ticket_key,
        'state' as change_kind,
        seen_at,
        snapshot_number * 2 as event_number,
        event_at,
        case
            when
                state_kind_before_code = 'done'
                and state_kind_code in ('working', 'waiting')
                and coalesce(unseen_at >= least(event_at, ended_at), true)
                then 'reopened'
            else 'state_changed'
        end as event_type,
        state_code,
        null as priority_code,
        null as priority_before_code,
        null as work_centre_id,
        null as work_centre_before_id,
        own_at,
        case when own_at = event_at then event_at else not_before_at end as known_from_at,
        case when own_at = event_at then event_at else not_after_at end as known_until_at,
        _source_row_number,
        _delivery_id
    from state_changes
    union all
    select
        ticket_key,
        'unseen' as change_kind,
        seen_at,
        snapshot_number * 2 - 1 as event_number,
        unseen_at as event_at,
        case when state_kind_before_code = 'done' then 'reopened' else 'state_changed' end as event_type,
        'unseen' as state_code,
        null as priority_code,
        null as priority_before_code,
        null as work_centre_id,
        null as work_centre_before_id,
        null as own_at,
        not_before_at as known_from_at,
        not_after_at as known_until_at,
        _source_row_number,
        _delivery_id
    from state_changes
    where unseen_at < least(event_at, ended_at)
    union all
    -- After the last snapshot nobody can say yet that the next one is missing.
    select
        ticket_key,
        'not seen again' as change_kind,
        seen_at,
        snapshot_number * 2 + 1 as event_number,
        not_after_at + snapshot_interval * {{ late_after }} as event_at,
        'state_changed' as event_type,
        'unseen' as state_code,
        null as priority_code,
        null as priority_before_code,
        null as work_centre_id,
        null as work_centre_before_id,
        null as own_at,
        not_after_at as known_from_at,
        null as known_until_at,
        _source_row_number,
        _delivery_id
    from ended
    where
        is_last
        and state_kind_code in ('waiting', 'other')
        and not is_dated_by_tool
    union all
    select
        ticket_key,
        change_kind,
        seen_at,
        snapshot_number * 2 as event_number,
        coalesce(own_at, not_after_at) as event_at,
        change_kind || '_changed' as event_type,
        null as state_code,
        case when change_kind = 'priority' then value end as priority_code,
        case when change_kind = 'priority' then value_before end as priority_before_code,
        case when change_kind = 'work_centre' then value end as work_centre_id,
        case when change_kind = 'work_centre' then value_before end as work_centre_before_id,
        own_at,
        coalesce(own_at, not_before_at) as known_from_at,
        coalesce(own_at, not_after_at) as known_until_at,
        _source_row_number,
        _delivery_id
    from attribute_changes
)

select
    ticket_key,
    'snapshot ' || to_char(seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || change_kind as event_key,
    case when change_kind in ('unseen', 'not seen again') then 'state' else change_kind end as change_kind,
    event_number::integer as event_number,
    event_at,
    event_type,
    state_code,
    priority_code,
    priority_before_code,
    work_centre_id,
    work_centre_before_id,
    own_at,
    known_from_at,
    known_until_at,
    _source_row_number,
    _delivery_id
from changes
