-- Grain: one row per rectification plan and service level that it mends, with the level's attainment before and after
-- Before are the months up to the last one that caused the plan, after those that begin when its last action is done; what
-- lies between belongs to neither. A plan is judged once, when all months after have ended: whoever looks every night until
-- the interval leaves zero will find that it does.
with levels as (
    select distinct
        contract_id,
        service_level_id
    from {{ ref('int_register__service_level_versions') }}
),

plan_levels as (
    select
        plans.*,
        coalesce(plans.service_level_id, levels.service_level_id) as mended_level_id
    from {{ ref('int_rectification__plans') }} as plans
    left join levels
        on
            plans.contract_id = levels.contract_id
            and plans.service_level_id is null
),

-- An action that names no level mends every level of its plan.
acted as (
    select
        plan_levels.*,
        done.action_count,
        done.last_done_date,
        case
            when done.action_count > 0 and done.action_count = done.done_count
                then (
                    greatest(date_trunc('month', done.last_done_date), plan_levels.cause_to_month::timestamp) + interval '1 month'
                )::date
        end as after_from
    from plan_levels
    cross join
        lateral (
            select
                count(*) as action_count,
                count(actions.done_date) as done_count,
                max(actions.done_date) as last_done_date
            from {{ ref('int_rectification__actions') }} as actions
            where
                actions.plan_id = plan_levels.plan_id
                and coalesce(actions.service_level_id = plan_levels.mended_level_id, true)
        ) as done
    where
        plan_levels.mended_level_id is not null
        -- Of a plan for the whole contract only the levels that its actions are about.
        and (
            plan_levels.service_level_id is not null
            or done.action_count > 0
            or not exists (
                select 1 from {{ ref('int_rectification__actions') }} as actions
                where actions.plan_id = plan_levels.plan_id
            )
        )
),

windows as (
    select
        acted.*,
        {{ months_before('cause_to_month', 'effect_months - 1') }} as before_from,
        (cause_to_month + interval '1 month')::date as before_to,
        (after_from + make_interval(months => effect_months))::date as after_to
    from acted
),

months as (
    select
        windows.rectification_plan_key,
        windows.mended_level_id,
        counts.*,
        counts.period_month < windows.before_to as is_before,
        -- Means and shares of time are no shares of cases and have no such interval.
        counts.attained_quantity = counts.met_count and counts.measured_quantity = counts.measured_count as is_share_of_cases
    from windows
    inner join {{ ref('int_period__service_level_counts') }} as counts
        on
            windows.contract_id = counts.contract_id
            and windows.mended_level_id = counts.service_level_id
    where
        counts.is_period_complete
        and (
            (counts.period_month >= windows.before_from and counts.period_month < windows.before_to)
            or (counts.period_month >= windows.after_from and counts.period_month < windows.after_to)
        )
),

counted as (
    select
        rectification_plan_key,
        mended_level_id,
        {%- for side, is_side in [('before', 'is_before'), ('after', 'not is_before')] %}
            count(*) filter (where {{ is_side }} and measured_count > 0) as {{ side }}_month_count,
            (sum(measured_count) filter (where {{ is_side }}))::bigint as {{ side }}_measured_count,
            (sum(met_count) filter (where {{ is_side }}))::bigint as {{ side }}_met_count,
            {{ sum_of_months('attained_quantity', is_side) }}
            / nullif(sum(measured_quantity) filter (where {{ is_side }}), 0) as {{ side }}_ratio,
        {%- endfor %}
        min(target_direction) as target_direction,
        bool_and(is_share_of_cases)
        and min(measure_kind) = max(measure_kind)
        and min(target_direction) = max(target_direction) as is_comparable
    from months
    group by rectification_plan_key, mended_level_id
),

compared as (
    select
        windows.rectification_plan_key,
        windows.plan_id,
        windows.supplier_id,
        windows.contract_id,
        windows.mended_level_id as service_level_id,
        windows.effect_months,
        windows.action_count,
        windows.last_done_date,
        windows.before_from,
        windows.before_to,
        windows.after_from,
        windows.after_to,
        windows.time_zone,
        windows.as_of,
        coalesce(windows.after_to <= windows.as_of_date, false) as is_after_complete,
        {%- for side in ['before', 'after'] %}
            coalesce(counted.{{ side }}_month_count, 0) as {{ side }}_month_count,
            coalesce(counted.{{ side }}_measured_count, 0) as {{ side }}_measured_count,
            coalesce(counted.{{ side }}_met_count, 0) as {{ side }}_met_count,
            counted.{{ side }}_ratio,
            {%- for end, name in [('-', 'low'), ('+', 'high')] %}
                case
                    when counted.is_comparable
                        then {{ wilson_bound('counted.' ~ side ~ '_met_count', 'counted.' ~ side ~ '_measured_count', end) }}
                end as {{ side }}_{{ name }}_ratio,
            {%- endfor %}
        {%- endfor %}
        {%- for end, name in [('-', 'low'), ('+', 'high')] %}
            case
                when counted.is_comparable
                    then {{ newcombe_bound(
                        'counted.before_met_count',
                        'counted.before_measured_count',
                        'counted.after_met_count',
                        'counted.after_measured_count',
                        end
                    ) }}
            end as difference_{{ name }}_ratio,
        {%- endfor %}
        counted.target_direction,
        counted.is_comparable
    from windows
    left join counted
        on
            windows.rectification_plan_key = counted.rectification_plan_key
            and windows.mended_level_id = counted.mended_level_id
)

select
    compared.*,
    after_ratio - before_ratio as difference_ratio,
    -- The order of these branches is the precedence of the verdicts.
    case
        when before_measured_count = 0 then 'no_data'
        when not is_after_complete then 'too_early'
        when after_measured_count = 0 then 'no_data'
        when not is_comparable then 'not_comparable'
        when difference_low_ratio > 0 then case target_direction when 'at_most' then 'worse' else 'improved' end
        when difference_high_ratio < 0 then case target_direction when 'at_most' then 'improved' else 'worse' end
        else 'no_evidence'
    end as effect_code
from compared
