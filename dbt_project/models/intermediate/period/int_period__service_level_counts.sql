-- Grain: one row per contract, service level and month in which the level was in force or something counted
with counts as (
    select
        contract_id,
        service_level_id,
        period_month,
        measure_kind,
        measured_count,
        met_count,
        breached_count,
        running_count,
        excused_count,
        not_measurable_count,
        attained_quantity,
        measured_quantity,
        coverage_ratio,
        delivered_as_of,
        overdue_delivered_as_of,
        has_unsettled_overdue
    from {{ ref('int_measure__ticket_clock_months') }}
    {%- for other in ['int_measure__survey_months', 'int_measure__value_months'] %}
        union all
        select
            contract_id,
            service_level_id,
            period_month,
            measure_kind,
            measured_count,
            met_count,
            breached_count,
            running_count,
            excused_count,
            not_measurable_count,
            attained_quantity,
            measured_quantity,
            coverage_ratio,
            null as delivered_as_of,
            null as overdue_delivered_as_of,
            false as has_unsettled_overdue
        from {{ ref(other) }}
    {%- endfor %}
)

select
    months.contract_id,
    months.contract_key,
    months.supplier_id,
    months.supplier_key,
    months.currency_code,
    terms.service_level_id,
    terms.service_level_name,
    terms.service_level_name_zh,
    terms.metric_code,
    terms.service_code,
    terms.clause,
    terms.period_month,
    months.is_complete as is_period_complete,
    terms.measure_kind,
    terms.target_direction,
    terms.attainment_target,
    terms.minimum_sample,
    {{ counts_or_none('counts') }},
    counts.attained_quantity / nullif(counts.measured_quantity, 0) as attainment_ratio,
    counts.coverage_ratio,
    counts.delivered_as_of,
    coalesce(counts.overdue_delivered_as_of < months.month_to or counts.has_unsettled_overdue, false) as is_on_overdue_delivery
from {{ ref('int_period__service_level_terms') }} as terms
inner join {{ ref('int_period__months') }} as months
    on
        terms.contract_id = months.contract_id
        and terms.period_month = months.period_month
-- The way of measuring that holds for the month.
left join counts
    on
        terms.contract_id = counts.contract_id
        and terms.service_level_id = counts.service_level_id
        and terms.period_month = counts.period_month
        and terms.measure_kind = counts.measure_kind
where terms.is_in_force or counts.contract_id is not null
