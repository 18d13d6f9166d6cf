-- Grain: one row per version of an event that has happened before as_of, with the instant of the export that brings it
create table benchmark.event as
with told as (
    select
        tickets.*,
        waits.*,
        case when is_reopened then work.resolved + resolved_gap_seconds end as reopened,
        work.resolved,
        work.resolved + case when is_reopened then resolved_gap_seconds + rework_seconds else 0 end as last_resolved
    from benchmark.ticket as tickets
    cross join lateral (
        select
            case when wait_count > 0 then responded + stretch_seconds end as first_wait,
            case when wait_count > 1 then responded + 2 * stretch_seconds + first_wait_seconds end as second_wait
    ) as waits
    cross join lateral (
        select
            responded
            + (wait_count + 1) * stretch_seconds
            + case when wait_count > 0 then first_wait_seconds else 0 end
            + case when wait_count > 1 then second_wait_seconds else 0 end as resolved
    ) as work
),

happened as (
    select
        told.ticket_number,
        step.event_number,
        to_timestamp(step.at) + told.milliseconds * interval '1 millisecond' as event_at,
        step.event_type,
        step.state_code,
        case
            when step.event_type = 'opened' then told.priority_code
            when step.event_type <> 'priority_changed' then null
            when told.priority_code = 'P1' then 'P2'
            else 'P1'
        end as priority_code,
        case step.event_type
            when 'opened' then told.team_number
            when 'work_centre_changed' then 3 - told.team_number
        end as team_number
    from told
    cross join lateral (
        values
        (1, opened, 'opened', null),
        (2, assigned, 'assigned', null),
        (3, case when change_type is not null then (assigned + responded) / 2 end, change_type, null),
        (4, case when not is_unanswered then responded end, 'responded', 'in_progress'),
        (5, case when is_commented then responded + stretch_seconds / 2 end, 'commented', null),
        (6, first_wait, case wait_state_code when 'on_hold' then 'paused' else 'state_changed' end, wait_state_code),
        (7, first_wait + first_wait_seconds, 'resumed', null),
        (8, second_wait, 'paused', null),
        (9, second_wait + second_wait_seconds, 'resumed', null),
        (10, case when not is_left_open then resolved end, 'resolved', null),
        (11, case when not is_left_open then reopened end, 'reopened', null),
        (12, case when not is_left_open and is_reopened then last_resolved end, 'resolved', null),
        (13, case when not is_left_open then last_resolved + closing_seconds end, 'closed', null)
    ) as step (event_number, at, event_type, state_code)
    where step.at < %(as_of)s - 1
)

select
    happened.*,
    -- Exports are monthly, on the first day of the next month.
    date_trunc('month', event_at, 'UTC') + interval '1 month' as exported_at
from happened;
