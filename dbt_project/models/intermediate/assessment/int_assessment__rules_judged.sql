-- Grain: one row per contract, calendar year and rule of the yearly proposal in force, with its value and whether it holds
with rules as (
    select
        rules.*,
        {{ effective_valid_to(['renewal_rule_id']) }} as effective_to
    from {{ ref('stg_contract_register__renewal_rules') }} as rules
),

-- Rules of the supplier's own category take the place of the general ones as a set.
rules_that_fit as (
    select
        years.contract_id,
        years.supplier_id,
        years.assessment_year,
        years.year_from,
        years.year_to,
        rules.renewal_rule_id,
        rules.condition_code,
        coalesce(rules.threshold, 1) as threshold,
        rules.score_limit,
        rules.proposal_code,
        rules.reason_text,
        rules.reason_text_zh,
        rules._source_file,
        rules._source_row_number,
        rules._delivery_id,
        rules.supplier_category_code is not null as is_own_category,
        bool_or(rules.supplier_category_code is not null) over (partition by years.contract_id, years.assessment_year) as has_own_category
    from {{ ref('int_assessment__contract_years') }} as years
    inner join rules
        on
            years.rules_on >= rules.valid_from
            and years.rules_on < rules.effective_to
            and (rules.supplier_category_code is null or years.category_code = rules.supplier_category_code)
),

valued as (
    select
        rules_that_fit.*,
        case
            when rules_that_fit.condition_code = 'months_below_score' then below.month_count::numeric
            else year_values.observed_value
        end as observed_value
    from rules_that_fit
    left join {{ ref('int_assessment__year_values') }} as year_values
        on
            rules_that_fit.contract_id = year_values.contract_id
            and rules_that_fit.assessment_year = year_values.assessment_year
            and rules_that_fit.condition_code = year_values.condition_code
    left join lateral (
        select case when count(cards.score) > 0 then count(*) filter (where cards.score < rules_that_fit.score_limit) end as month_count
        from {{ ref('fct_supplier_scorecard') }} as cards
        where
            cards.supplier_id = rules_that_fit.supplier_id
            and cards.is_period_complete
            and cards.period_month >= rules_that_fit.year_from
            and cards.period_month < rules_that_fit.year_to
    ) as below on rules_that_fit.condition_code = 'months_below_score'
    where rules_that_fit.is_own_category = rules_that_fit.has_own_category
)

select
    valued.*,
    coalesce(
        case condition_code
            when 'score_below' then observed_value < threshold
            when 'service_share_above' then observed_value > threshold
            else observed_value >= threshold
        end,
        false
    ) as is_holding
from valued
