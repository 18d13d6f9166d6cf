-- Grain: one row per contract, service level and ISO week in which the level was in force or something counted
with counts as (
    select
        days.contract_id,
        days.service_level_id,
        date_trunc('week', days.period_date)::date as week_from,
        'ticket_clock' as measure_kind,
        {{ ticket_clock_counts('days') }}
    from {{ ref('int_measure__ticket_clock_days') }} as days
    group by days.contract_id, days.service_level_id, date_trunc('week', days.period_date)::date
    union all
    select
        answers.contract_id,
        answers.service_level_id,
        date_trunc('week', answers.answered_at at time zone contracts.time_zone)::date as week_from,
        'survey' as measure_kind,
        {{ survey_counts('answers') }}
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
    {{ counts_or_none('counts') }}
from {{ ref('int_period__week_terms') }} as terms
-- The way of measuring that holds for the week.
left join counts
    on
        terms.contract_id = counts.contract_id
        and terms.service_level_id = counts.service_level_id
        and terms.week_from = counts.week_from
        and terms.measure_kind = counts.measure_kind
where terms.is_in_force or counts.contract_id is not null
