-- Grain: one row per ticket and service level with its elapsed open seconds
-- {open_at_...} stands for the open seconds before an instant: those before its day, and what the day's pieces hold until then.
create or replace table answer as
with told as (
    select
        ticket_key,
        event_at,
        event_number,
        event_type,
        coalesce(
            state_code,
            case event_type
                when 'opened' then 'new'
                when 'assigned' then 'assigned'
                when 'paused' then 'on_hold'
                when 'resumed' then 'in_progress'
                when 'reopened' then 'in_progress'
                when 'resolved' then 'resolved'
                when 'closed' then 'closed'
            end
        ) as state_code
    from event
    where event_type not in ('commented', 'priority_changed', 'work_centre_changed')
),

-- Who solves without a first word has answered by solving.
responses as (
    select
        ticket_key,
        epoch_us(min(event_at) filter (event_type = 'opened')) // 1000000 as started,
        coalesce(
            epoch_us(min(event_at) filter (event_type = 'responded' or state_code in ('resolved', 'closed'))) // 1000000, $as_of
        ) as stopped
    from told
    group by ticket_key
),

-- The resolution's clock runs in every state that neither pauses nor ends it; what counts is where that changes.
marked as (
    select
        told.ticket_key,
        told.event_at,
        told.event_number,
        level.calendar_number,
        epoch_us(told.event_at) // 1000000 as instant,
        not (told.state_code in ('resolved', 'closed') or list_contains(level.pause_states, told.state_code)) as is_running
    from told
    inner join ticket using (ticket_key)
    inner join level using (work_centre_id, category_code)
    where
        level.metric_code = 'resolution_time'
        and told.state_code is not null
),

changes as (
    select ticket_key, calendar_number, instant, is_running
    from marked
    qualify is_running <> lag(is_running, 1, false) over (partition by ticket_key order by event_at, event_number)
),

resolutions as (
    select
        changes.ticket_key,
        sum(case when changes.is_running then -{open_at_change} else {open_at_change} end) as open_seconds,
        -- Started once more often than stopped: runs until now.
        sum(case when changes.is_running then 1 else -1 end) as running_count
    from changes
    inner join calendar_day as change_day
        on changes.calendar_number = change_day.calendar_number and changes.instant // 86400 = change_day.day_number
    group by changes.ticket_key
),

present as (
    select calendar_number, {open_at_present} as open_seconds
    from calendar_day as present_day
    where day_number = $as_of // 86400
)

select
    responses.ticket_key,
    level.service_level_id,
    cast({open_at_stop} - {open_at_start} as bigint) as elapsed_seconds
from responses
inner join ticket using (ticket_key)
inner join level using (work_centre_id, category_code)
inner join calendar_day as start_day
    on level.calendar_number = start_day.calendar_number and responses.started // 86400 = start_day.day_number
inner join calendar_day as stop_day
    on level.calendar_number = stop_day.calendar_number and responses.stopped // 86400 = stop_day.day_number
where level.metric_code = 'response_time'
union all
select
    resolutions.ticket_key,
    level.service_level_id,
    cast(resolutions.open_seconds + resolutions.running_count * present.open_seconds as bigint) as elapsed_seconds
from resolutions
inner join ticket using (ticket_key)
inner join level using (work_centre_id, category_code)
inner join present using (calendar_number)
where level.metric_code = 'resolution_time'
