-- Grain: one row per contract, service level and ISO week in which the level was in force or something counted
with counts as (
    select
        contract_id,
        service_level_id,
        date_trunc('week', period_date)::date as week_from,
        'ticket_clock' as measure_kind,
        sum(measured_count)::bigint as measured_count,
        sum(met_count)::bigint as met_count,
        sum(breached_count)::bigint as breached_count,
        sum(running_count)::bigint as running_count,
        sum(excused_count)::bigint as excused_count,
        sum(not_measurable_count)::bigint as not_measurable_count,
        sum(met_count)::numeric as attained_quantity,
        sum(measured_count)::numeric as measured_quantity
    from {{ ref('int_measure__ticket_clock_days') }}
    group by contract_id, service_level_id, date_trunc('week', period_date)::date
    union all
    select
        answers.contract_id,
        answers.service_level_id,
        date_trunc('week', answers.answered_at at time zone contracts.time_zone)::date as week_from,
        'survey' as measure_kind,
        count(*) filter (where not answers.is_excused) as measured_count,
        count(*) filter (where not answers.is_excused and answers.is_satisfied) as met_count,
        count(*) filter (where not answers.is_excused and not answers.is_satisfied) as breached_count,
        0 as running_count,
        count(*) filter (where answers.is_excused) as excused_count,
        0 as not_measurable_count,
        coalesce(trim_scale(round(sum(answers.attained_quantity) filter (where not answers.is_excused), 10)), 0) as attained_quantity,
        (count(*) filter (where not answers.is_excused))::numeric as measured_quantity
    from {{ ref('int_measure__survey_answers') }} as answers
    inner join {{ ref('int_register__contracts_latest') }} as contracts
        on answers.contract_id = contracts.contract_id
    group by
        answers.contract_id,
        answers.service_level_id,
        date_trunc('week', answers.answered_at at time zone contracts.time_zone)::date
    union all
    select
        contract_id,
        service_level_id,
        period_from as week_from,
        'measured_value' as measure_kind,
        measured_count,
        met_count,
        breached_count,
        0 as running_count,
        excused_count,
        not_measurable_count,
        attained_quantity,
        measured_quantity
    from {{ ref('int_measure__value_periods') }}
    where period_kind_code = 'week'
)

select
    terms.contract_id,
    terms.service_level_id,
    terms.week_from,
    terms.service_level_name,
    terms.service_level_name_zh,
    terms.metric_code,
    terms.service_code,
    terms.clause,
    terms.measure_kind,
    terms.target_direction,
    terms.attainment_target,
    terms.minimum_sample,
    coalesce(counts.measured_count, 0) as measured_count,
    coalesce(counts.met_count, 0) as met_count,
    coalesce(counts.breached_count, 0) as breached_count,
    coalesce(counts.running_count, 0) as running_count,
    coalesce(counts.excused_count, 0) as excused_count,
    coalesce(counts.not_measurable_count, 0) as not_measurable_count,
    coalesce(counts.attained_quantity, 0) as attained_quantity,
    coalesce(counts.measured_quantity, 0) as measured_quantity
from {{ ref('int_period__week_terms') }} as terms
-- The way of measuring that holds for the week.
left join counts
    on
        terms.contract_id = counts.contract_id
        and terms.service_level_id = counts.service_level_id
        and terms.week_from = counts.week_from
        and terms.measure_kind = counts.measure_kind
where terms.is_in_force or counts.contract_id is not null
