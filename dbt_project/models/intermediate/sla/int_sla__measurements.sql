-- Grain: one row per expected measurement, with its verdict
{{ config(indexes=[{'columns': ['ticket_key']}, {'columns': ['is_settled']}]) }}
with calendars as (
    select distinct calendar_id from {{ ref('int_calendar__working_days') }}
),

beginnings as (
    select
        contract_id,
        min(valid_from) as first_valid_from
    from {{ ref('int_register__contract_versions') }}
    group by contract_id
),

-- Of several the first by its identifier is named, an exclusion before a ruling.
whole_exclusions as (
    select distinct on (ticket_key, ticket_sla_key)
        ticket_key,
        ticket_sla_key,
        exclusion_id,
        reason_code,
        case when is_ruling then 'dispute_upheld' else 'excluded' end as status_reason_code
    from {{ changed_only(ref('int_sla__exclusions')) }} as exclusions
    where is_whole
    order by ticket_key, ticket_sla_key, is_ruling, exclusion_id
),

-- Of the counted seconds, those while the contract's own supplier answered for a ticket that went through several hands.
own_seconds as (
    select
        expected.ticket_key,
        expected.ticket_sla_key,
        sum(stretches.open_seconds)::bigint as own_seconds
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    inner join {{ ref('int_sla__stretches') }} as stretches
        on
            expected.ticket_key = stretches.ticket_key
            and expected.ticket_sla_key = stretches.ticket_sla_key
            and expected.supplier_id = stretches.answering_supplier_id
    where expected.is_handed_over
    group by expected.ticket_key, expected.ticket_sla_key
),

gathered as (
    select
        expected.ticket_sla_key,
        expected.ticket_key,
        expected.service_level_key is not null as has_service_level,
        coalesce(examined.service_level_key, expected.service_level_key) as service_level_key,
        expected.service_level_id,
        expected.contract_id,
        expected.contract_key,
        expected.supplier_id,
        expected.cycle_number,
        expected.is_handed_over,
        coalesce(examined.priority_code, expected.priority_applied_code) as priority_applied_code,
        expected.start_rank,
        expected.started_at,
        expected.reason_code,
        tickets.opened_at,
        run.as_of,
        terms.target_unit,
        terms.period_basis,
        terms.handover_policy,
        {{ calendar_of('terms') }} as calendar_id,
        {{ target_seconds_of('first_terms', 'expected.started_at', 'tickets.promised_at', 'working_day_targets.target_seconds') }}
            as target_at_start_seconds,
        case
            when examined.ticket_sla_key is not null then examined.target_seconds
            else {{ target_seconds_of('terms', 'expected.started_at', 'tickets.promised_at', 'working_day_targets.target_seconds') }}
        end as target_seconds,
        elapsed.clock_state_code,
        elapsed.end_at,
        elapsed.end_coverage_number,
        elapsed.end_position,
        coalesce(examined.is_measurable, elapsed.is_measurable, true) as is_measurable,
        case when expected.start_rank is not null then coalesce(examined.elapsed_seconds, elapsed.elapsed_seconds) end as elapsed_seconds,
        coalesce(examined.is_breached, false) as is_past_target,
        coalesce(examined.is_breach_confirmed, false) as is_breach_confirmed,
        examined.filled_at,
        -- The event that stops the clock may hand the ticket over.
        case
            when expected.is_handed_over and elapsed.clock_state_code = 'stopped'
                then coalesce(
                    (
                        select events.supplier_id
                        from {{ ref('int_ticket__events') }} as events
                        where
                            events.ticket_key = elapsed.ticket_key
                            and events.event_rank = elapsed.stop_rank
                    ),
                    examined.last_supplier_id
                )
            else examined.last_supplier_id
        end as last_supplier_id,
        examined.breach_supplier_id,
        coalesce(examined.service_level_key <> expected.service_level_key, false) or elapsed.end_position is null as is_end_to_look_up,
        own_seconds.own_seconds,
        whole_exclusions.status_reason_code as excluding_reason_code,
        whole_exclusions.exclusion_id,
        whole_exclusions.reason_code as exclusion_reason_code,
        terms.target_unit in ('business_minutes', 'working_days') and calendars.calendar_id is null as is_calendar_unknown
    from {{ changed_only(ref('int_sla__expected_measurements')) }} as expected
    inner join {{ ref('int_ticket__current') }} as tickets
        on expected.ticket_key = tickets.ticket_key
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_sla__elapsed') }} as elapsed
        on
            expected.ticket_key = elapsed.ticket_key
            and expected.ticket_sla_key = elapsed.ticket_sla_key
    left join {{ ref('int_sla__examined') }} as examined
        on
            expected.ticket_key = examined.ticket_key
            and expected.ticket_sla_key = examined.ticket_sla_key
    left join {{ ref('int_register__clock_terms') }} as first_terms
        on expected.service_level_key = first_terms.service_level_key
    left join {{ ref('int_register__clock_terms') }} as terms
        on coalesce(examined.service_level_key, expected.service_level_key) = terms.service_level_key
    left join {{ ref('int_sla__working_day_targets') }} as working_day_targets
        on
            expected.ticket_key = working_day_targets.ticket_key
            and expected.ticket_sla_key = working_day_targets.ticket_sla_key
            and expected.service_level_key = working_day_targets.service_level_key
    left join calendars
        on terms.calendar_id = calendars.calendar_id
    left join own_seconds
        on
            expected.ticket_key = own_seconds.ticket_key
            and expected.ticket_sla_key = own_seconds.ticket_sla_key
    left join whole_exclusions
        on
            expected.ticket_key = whole_exclusions.ticket_key
            and expected.ticket_sla_key = whole_exclusions.ticket_sla_key
),

borne as (
    select
        gathered.*,
        case
            when not has_service_level then null
            when not is_handed_over then supplier_id
            when handover_policy = 'share' and coalesce(elapsed_seconds, 0) > 0 then case when own_seconds > 0 then supplier_id end
            when handover_policy = 'holder_at_breach' and is_past_target then breach_supplier_id
            else coalesce(last_supplier_id, supplier_id)
        end as bearer_supplier_id,
        case
            when not has_service_level then null
            when not is_handed_over then 1
            when handover_policy = 'share' and coalesce(elapsed_seconds, 0) > 0
                then coalesce(own_seconds, 0)::numeric / elapsed_seconds
            when handover_policy = 'holder_at_breach' and is_past_target then (breach_supplier_id = supplier_id)::integer
            else (coalesce(last_supplier_id, supplier_id) = supplier_id)::integer
        end as borne_share
    from gathered
),

told as (
    select
        borne.*,
        -- What is certain before the calendar ends is told; the rest is not guessed.
        coalesce(
            is_calendar_unknown
            or reason_code in ('start_event_missing', 'stop_before_start')
            or (start_rank is not null and not is_past_target and (not is_measurable or target_seconds is null)),
            false
        ) as is_untellable,
        case
            when not has_service_level then reason_code
            when is_calendar_unknown then 'calendar_unknown'
            when reason_code is not null then reason_code
            when start_rank is not null and (not is_measurable or target_seconds is null) and not is_past_target
                then 'calendar_not_published'
            when excluding_reason_code is not null then excluding_reason_code
            -- A breach that a stop has confirmed does not vanish with the ticket.
            when clock_state_code = 'cancelled' and not is_breach_confirmed then 'cancelled'
            when coalesce(borne_share, 0) = 0 then 'handed_over'
            when start_rank is null then 'not_started'
            when not is_measurable then 'calendar_not_published'
        end as status_reason_code
    from borne
),

judged as (
    select
        told.*,
        -- The order of these branches is the precedence of the statuses.
        case
            when not has_service_level then 'no_service_level'
            when is_untellable then 'not_measurable'
            when status_reason_code in ('excluded', 'dispute_upheld', 'cancelled', 'handed_over') then 'excused'
            when is_past_target and clock_state_code in ('stopped', 'cancelled') then 'breached'
            when is_past_target then 'running_past_due'
            when clock_state_code = 'stopped' then 'met'
            when clock_state_code = 'paused' then 'paused'
            else 'running'
        end as status_code
    from told
),

due as (
    select
        judged.*,
        case
            when judged.opened_at > judged.as_of then null
            when judged.period_basis = 'started' then coalesce(judged.started_at, judged.opened_at)
            when judged.status_code = 'running_past_due' then coalesce(judged.filled_at, judged.as_of)
            when judged.clock_state_code = 'stopped' then judged.end_at
        end as counted_at,
        case
            when judged.is_untellable or judged.start_rank is null then null
            when judged.clock_state_code = 'cancelled' and not judged.is_breach_confirmed then null
            when judged.filled_at is not null then judged.filled_at
            when not judged.is_measurable then null
            when judged.calendar_id is null then to_timestamp(due_positions.position)
            else {{ due_instant(
                'opening',
                'due_positions.position',
                'ends.coverage_number',
                'judged.target_seconds = judged.elapsed_seconds'
            ) }}
        end as due_at
    from judged
    -- Where the terms have changed, the end of the clock is looked up in the calendar of the terms that hold now.
    -- Likewise where the clock stopped in several coverages of its calendar.
    left join lateral (
        select segments.*
        from {{ ref('int_calendar__segments') }} as segments
        where
            judged.is_end_to_look_up
            and {{ segment_holds('segments', 'judged.calendar_id', 'judged.end_at') }}
        limit 1
    ) as end_segments on true
    cross join
        lateral (
            select
                case
                    when judged.calendar_id is null then {{ seconds_of('judged.end_at') }}
                    when judged.is_end_to_look_up then {{ open_seconds_at('end_segments', 'judged.end_at') }}
                    else judged.end_position
                end as position,
                case
                    when judged.is_end_to_look_up then end_segments.coverage_number
                    else judged.end_coverage_number
                end as coverage_number
        ) as ends
    -- Approved windows ahead move it on: those that begin before it would be reached.
    left join lateral (
        select
            sum(windows.length_seconds) as seconds,
            bool_or(windows.length_seconds is null) as is_endless
        from (
            select
                ahead.from_position,
                ahead.to_position - ahead.from_position as length_seconds,
                coalesce(
                    sum(ahead.to_position - ahead.from_position)
                        over (order by ahead.from_position rows between unbounded preceding and 1 preceding),
                    0
                ) as seconds_before
            from {{ ref('int_sla__exclusions_ahead') }} as ahead
            where
                judged.clock_state_code in ('running', 'paused')
                and ahead.ticket_key = judged.ticket_key
                and ahead.ticket_sla_key = judged.ticket_sla_key
        ) as windows
        where windows.from_position < ends.position + judged.target_seconds - judged.elapsed_seconds + windows.seconds_before
    ) as ahead on true
    cross join
        lateral (
            select
                case
                    when not coalesce(ahead.is_endless, false)
                        then ends.position + judged.target_seconds - judged.elapsed_seconds + coalesce(ahead.seconds, 0)::bigint
                end as position
        ) as due_positions
    left join lateral (
        {{ opening_by_position(
            'judged.calendar_id',
            'due_positions.position',
            'judged.target_seconds = judged.elapsed_seconds'
        ) | indent(8) }}
    ) as opening on judged.filled_at is null
)

select
    due.ticket_sla_key,
    due.ticket_key,
    due.service_level_key,
    due.service_level_id,
    due.contract_id,
    due.contract_key,
    due.supplier_id,
    due.cycle_number,
    due.priority_applied_code,
    due.target_unit,
    due.target_seconds,
    due.target_at_start_seconds,
    due.status_code,
    due.status_reason_code,
    statuses.is_measured,
    due.status_code in ('breached', 'running_past_due') as is_breached,
    due.started_at,
    case when due.clock_state_code = 'stopped' and due.reason_code is null then due.end_at end as stopped_at,
    -- What cannot be told has no figure either.
    case when not due.is_untellable and due.is_measurable then due.elapsed_seconds end as elapsed_seconds,
    due.due_at,
    case when due.status_code in ('breached', 'running_past_due') then due.filled_at end as breached_at,
    case when due.status_reason_code = due.excluding_reason_code then due.exclusion_id end as exclusion_id,
    case when due.status_reason_code = due.excluding_reason_code then due.exclusion_reason_code end as exclusion_reason_code,
    due.bearer_supplier_id,
    due.borne_share,
    -- A ticket taken over under a contract that began after its opening counts in the first month of that contract.
    {{ local_month(
        'case when due.counted_at is not null then greatest(due.counted_at, beginnings.first_valid_from) end',
        'contracts.time_zone'
    ) }} as period_month,
    -- Of these the next night says the same unless something is delivered.
    not coalesce(due.clock_state_code in ('running', 'paused'), false) as is_settled,
    -- The day of that month: weeks are counted by it.
    (
        case when due.counted_at is not null then greatest(due.counted_at, beginnings.first_valid_from) end at time zone contracts.time_zone
    )::date as period_date
from due
inner join {{ ref('measurement_status') }} as statuses
    on due.status_code = statuses.code
left join {{ ref('int_register__contract_versions') }} as contracts
    on due.contract_key = contracts.contract_key
left join beginnings
    on due.contract_id = beginnings.contract_id
