-- Grain: one row per contract, service level, kind of period and period in which the level was in force or something counted
{{ config(materialized='table', meta={'placement': 'reference'}) }}
-- Weeks are added up from days, everything else from months: counts are added and divided once, ratios are never averaged.
{%- set terms = [
    'service_level_name', 'service_level_name_zh', 'metric_code', 'clause', 'measure_kind', 'target_direction', 'attainment_target',
    'minimum_sample',
] %}
{%- set counts = ['measured_count', 'met_count', 'breached_count', 'running_count', 'excused_count', 'not_measurable_count'] %}
with months as (
    select
        counts.*,
        months.contract_year_from
    from {{ ref('int_period__service_level_counts') }} as counts
    inner join {{ ref('int_period__months') }} as months
        on
            counts.contract_id = months.contract_id
            and counts.period_month = months.period_month
),

-- The periods in which a month counts; a rolling one ends with a month that has figures itself.
months_of_periods as (
    select
        months.*,
        periods.period_kind_code,
        periods.period_from,
        periods.period_to
    from months
    cross join
        lateral (
            values
            ('month', months.period_month, interval '1 month'),
            ('quarter', date_trunc('quarter', months.period_month)::date, interval '3 months'),
            ('year', date_trunc('year', months.period_month)::date, interval '1 year'),
            ('contract_year', months.contract_year_from, interval '1 year')
        ) as kinds (period_kind_code, period_from, length)
    cross join
        lateral (
            select
                kinds.period_kind_code,
                kinds.period_from,
                (kinds.period_from + kinds.length)::date as period_to
        ) as periods
    union all
    select
        months.*,
        rolling.period_kind_code,
        ({{ months_before('last_months.period_month', 'rolling.month_count - 1') }}) as period_from,
        (last_months.period_month + interval '1 month')::date as period_to
    from months as last_months
    cross join (values ('rolling_3_months', 3), ('rolling_12_months', 12)) as rolling (period_kind_code, month_count)
    inner join months
        on
            last_months.contract_id = months.contract_id
            and last_months.service_level_id = months.service_level_id
            and last_months.period_month >= months.period_month
            and months.period_month >= {{ months_before('last_months.period_month', 'rolling.month_count - 1') }}
),

-- What was agreed on the first day of the period, or when the level first came into force in it.
agreed as (
    select distinct on (contract_id, service_level_id, period_kind_code, period_from)
        contract_id,
        service_level_id,
        period_kind_code,
        period_from,
        period_to,
        contract_key,
        supplier_key,
        supplier_id,
        {{ terms | join(',\n        ') }}
    from months_of_periods
    order by contract_id, service_level_id, period_kind_code, period_from, period_month
),

added as (
    select
        agreed.contract_id,
        agreed.service_level_id,
        agreed.period_kind_code,
        agreed.period_from,
        {%- for count in counts %}
            sum(months.{{ count }})::bigint as {{ count }},
        {%- endfor %}
        {{ sum_of_months('months.attained_quantity') }} as attained_quantity,
        sum(months.measured_quantity) as measured_quantity,
        count(*)::integer as month_count
    from agreed
    -- Seconds of uptime and tickets do not add up: months measured another way than the first one stay out.
    inner join months_of_periods as months
        on
            agreed.contract_id = months.contract_id
            and agreed.service_level_id = months.service_level_id
            and agreed.period_kind_code = months.period_kind_code
            and agreed.period_from = months.period_from
            and agreed.measure_kind = months.measure_kind
    group by agreed.contract_id, agreed.service_level_id, agreed.period_kind_code, agreed.period_from
),

periods as (
    select
        agreed.*,
        {%- for count in counts %}
            added.{{ count }},
        {%- endfor %}
        added.attained_quantity,
        added.measured_quantity,
        added.month_count
    from agreed
    inner join added
        on
            agreed.contract_id = added.contract_id
            and agreed.service_level_id = added.service_level_id
            and agreed.period_kind_code = added.period_kind_code
            and agreed.period_from = added.period_from
    union all
    select
        weeks.contract_id,
        weeks.service_level_id,
        'week' as period_kind_code,
        weeks.week_from as period_from,
        weeks.week_from + 7 as period_to,
        months.contract_key,
        months.supplier_key,
        months.supplier_id,
        {%- for term in terms + counts %}
            weeks.{{ term }},
        {%- endfor %}
        weeks.attained_quantity,
        weeks.measured_quantity,
        null as month_count
    from {{ ref('int_period__week_counts') }} as weeks
    -- The contract as it speaks for the month in which the week begins, or in which the contract itself does.
    inner join lateral (
        select
            months.contract_key,
            months.supplier_key,
            months.supplier_id
        from {{ ref('int_period__months') }} as months
        where
            months.contract_id = weeks.contract_id
            and months.period_month >= date_trunc('month', weeks.week_from)
            and months.period_month <= weeks.week_from + 6
        order by months.period_month
        limit 1
    ) as months on true
),

divided as (
    select
        periods.*,
        periods.attained_quantity / nullif(periods.measured_quantity, 0) as attainment_ratio,
        {{ local_midnight('periods.period_to', 'contracts.time_zone') }} <= run.as_of as is_period_complete,
        contracts.contract_name,
        contracts.contract_name_zh,
        -- A share of cases has an interval, a mean of scores or of time has none of this kind.
        periods.measure_kind = 'ticket_clock'
        or (
            periods.measure_kind = 'survey'
            and not exists (
                select 1 from {{ ref('int_register__service_level_versions') }} as levels
                where
                    levels.service_level_id = periods.service_level_id
                    and levels.survey_measure = 'mean'
            )
        ) as is_share_of_cases,
        run.as_of
    from periods
    inner join {{ ref('int_register__contracts_latest') }} as contracts
        on periods.contract_id = contracts.contract_id
    cross join {{ ref('stg_ops__run') }} as run
)

select
    {{ surrogate_key([
        'divided.contract_id',
        'divided.service_level_id',
        'divided.period_kind_code',
        'divided.period_from'
    ]) }} as supplier_sla_compliance_key,
    divided.contract_key,
    divided.supplier_key,
    divided.contract_id,
    divided.contract_name,
    divided.contract_name_zh,
    divided.supplier_id,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    divided.service_level_id,
    divided.service_level_name,
    divided.service_level_name_zh,
    divided.metric_code,
    divided.clause,
    divided.measure_kind,
    divided.period_kind_code,
    case divided.period_kind_code
        when 'week' then to_char(divided.period_from, 'IYYY-"W"IW')
        when 'month' then to_char(divided.period_from, 'YYYY-MM')
        when 'quarter' then to_char(divided.period_from, 'YYYY-"Q"Q')
        when 'year' then to_char(divided.period_from, 'YYYY')
        else to_char(divided.period_from, 'YYYY-MM') || '/' || to_char(divided.period_to - 1, 'YYYY-MM')
    end as period_name,
    divided.period_from,
    divided.period_to,
    divided.is_period_complete,
    divided.month_count,
    {%- for count in counts %}
        divided.{{ count }},
    {%- endfor %}
    divided.attained_quantity,
    divided.measured_quantity,
    divided.attainment_ratio,
    case
        when divided.is_share_of_cases then {{ wilson_bound('divided.attained_quantity', 'divided.measured_quantity', '-') }}
    end as attainment_low,
    case
        when divided.is_share_of_cases then {{ wilson_bound('divided.attained_quantity', 'divided.measured_quantity', '+') }}
    end as attainment_high,
    divided.target_direction,
    divided.attainment_target,
    divided.minimum_sample,
    case
        when divided.measured_count = 0 then 'no_data'
        when divided.attainment_target is null then 'no_target'
        when divided.measured_count < divided.minimum_sample then 'below_minimum_sample'
        when {{ misses_target('divided.attainment_ratio', 'divided.attainment_target', 'divided.target_direction') }} then 'missed'
        else 'met'
    end as status_code,
    divided.as_of
from divided
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on divided.supplier_key = suppliers.supplier_key
