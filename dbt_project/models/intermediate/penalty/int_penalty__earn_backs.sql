-- Grain: one row per line that is given back, in part or in whole, because the following months met a higher target
with rules as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        terms.penalty_term_id as earn_back_term_id,
        terms.clause as earn_back_clause,
        coalesce(terms.service_level_id, lines.service_level_id) as watched_level_id,
        terms.attainment_from,
        terms.window_months,
        terms.failures_needed,
        terms.failure_months,
        coalesce(terms.fee_ratio, 1) as returned_ratio
    from {{ ref('int_penalty__lines_rounded') }} as lines
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            lines.contract_id = terms.contract_id
            and lines.terms_on >= terms.valid_from
            and lines.terms_on < terms.valid_to
            and terms.penalty_kind = 'earn_back'
            and (terms.applies_to_term_id is null or lines.penalty_term_id = terms.applies_to_term_id)
            and (terms.applies_to_term_id is not null or coalesce(terms.service_level_id, lines.service_level_id) = lines.service_level_id)
    where lines.penalty_amount > 0
),

watched as (
    select
        rules.contract_id,
        rules.penalty_term_id,
        rules.period_month,
        rules.earn_back_term_id,
        rules.earn_back_clause,
        rules.returned_ratio,
        count(*) filter (
            where
            level_months.period_month > rules.period_month
            and months.is_complete
            and level_months.has_sample
            and not {{ misses_target('level_months.attainment_ratio', 'rules.attainment_from', 'level_months.target_direction') }}
        ) as met_months,
        count(*) filter (
            where level_months.period_month <= rules.period_month and level_months.is_missed
        ) as missed_months,
        min(rules.window_months) as window_months,
        min(rules.failures_needed) as failures_needed
    from rules
    inner join {{ ref('int_penalty__level_months') }} as level_months
        on
            rules.contract_id = level_months.contract_id
            and rules.watched_level_id = level_months.service_level_id
            and level_months.period_month > {{ months_before('rules.period_month', 'rules.failure_months') }}
            and level_months.period_month <= {{ months_before('rules.period_month', '- rules.window_months') }}
    inner join {{ ref('int_period__months') }} as months
        on
            level_months.contract_id = months.contract_id
            and level_months.period_month = months.period_month
    group by
        rules.contract_id,
        rules.penalty_term_id,
        rules.period_month,
        rules.earn_back_term_id,
        rules.earn_back_clause,
        rules.returned_ratio
)

-- Of several rules the one that returns most counts. Chronic misses are never given back.
select distinct on (contract_id, penalty_term_id, period_month)
    contract_id,
    penalty_term_id,
    period_month,
    returned_ratio,
    earn_back_clause
from watched
where
    met_months = window_months
    and (failures_needed is null or missed_months < failures_needed)
order by contract_id, penalty_term_id, period_month, returned_ratio desc, earn_back_term_id collate "C"
