-- Grain: one row per ticket with the instants of its history, in seconds since 1970
create table benchmark.ticket as
with drawn as (
    select
        number as ticket_number,
        -- Tickets come evenly over the years, four in five of them between 6 and 18 o'clock UTC.
        floor((%(first)s + (%(last)s - %(first)s) * (number - 1 + benchmark.draw(number, 1)) / %(tickets)s) / 86400)::bigint * 86400
        + case
            when benchmark.draw(number, 2) < 0.8 then 21600 + floor(benchmark.draw(number, 3) * 43200)
            else floor(benchmark.draw(number, 3) * 86400)
        end::bigint as opened,
        1 + floor(benchmark.draw(number, 4) * 10)::integer as contract_number,
        case when benchmark.draw(number, 5) < 0.6 then 'network' else 'field' end as category_code,
        case
            when benchmark.draw(number, 6) < 0.1 then 'P1'
            when benchmark.draw(number, 6) < 0.3 then 'P2'
            when benchmark.draw(number, 6) < 0.7 then 'P3'
            else 'P4'
        end as priority_code,
        case
            when benchmark.draw(number, 7) < 0.4 then 0
            when benchmark.draw(number, 7) < 0.75 then 1
            else 2
        end as wait_count,
        benchmark.draw(number, 8) < 0.12 as may_reopen
    from generate_series(1, %(tickets)s) as generated (number)
),

timed as (
    select
        drawn.*,
        may_reopen and wait_count < 2 as is_reopened,
        -- From a twentieth of the target to a fifth more than it; what is opened inside the hours uses them up faster.
        greatest(120, planned.response_seconds * (0.05 + 1.15 * benchmark.draw(ticket_number, 9) ^ 3))::bigint as response_seconds,
        greatest(600, planned.resolution_seconds * (0.05 + 1.15 * benchmark.draw(ticket_number, 10) ^ 3))::bigint as work_seconds,
        wait_count + (may_reopen and wait_count < 2)::integer as detour_count
    from drawn
    inner join benchmark.planned_seconds as planned using (contract_number, category_code, priority_code)
)

select
    ticket_number,
    contract_number,
    category_code,
    priority_code,
    1 + floor(benchmark.draw(ticket_number, 11) * 2)::integer as team_number,
    (array['waiting_customer', 'on_hold', 'waiting_third_party'])[1 + floor(benchmark.draw(ticket_number, 12) * 3)::integer]
        as wait_state_code,
    -- No more than nine events: these two only where there is room.
    detour_count < 2 and benchmark.draw(ticket_number, 13) < 0.3 as is_commented,
    case
        when detour_count > 1 then null
        when benchmark.draw(ticket_number, 14) < 0.06 then 'priority_changed'
        when benchmark.draw(ticket_number, 14) < 0.12 then 'work_centre_changed'
    end as change_type,
    -- Who solves without a first word has answered by solving.
    detour_count > 0 and benchmark.draw(ticket_number, 15) < 0.04 as is_unanswered,
    benchmark.draw(ticket_number, 16) < 0.0035 as is_left_open,
    case
        when benchmark.draw(ticket_number, 17) < 0.2 then floor(benchmark.draw(ticket_number, 18) * 1000)
        else 0
    end::integer as milliseconds,
    wait_count,
    is_reopened,
    opened,
    opened + least(response_seconds / 2, 30 + floor(benchmark.draw(ticket_number, 19) * 1800)::bigint) as assigned,
    opened + response_seconds as responded,
    work_seconds / (wait_count + 1) as stretch_seconds,
    3600 + floor(benchmark.draw(ticket_number, 20) * 432000)::bigint as first_wait_seconds,
    3600 + floor(benchmark.draw(ticket_number, 21) * 172800)::bigint as second_wait_seconds,
    7200 + floor(benchmark.draw(ticket_number, 22) * 259200)::bigint as resolved_gap_seconds,
    600 + floor(benchmark.draw(ticket_number, 23) * 0.2 * work_seconds)::bigint as rework_seconds,
    3600 + floor(benchmark.draw(ticket_number, 24) * 259200)::bigint as closing_seconds
from timed;
