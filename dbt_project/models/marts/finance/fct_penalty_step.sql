-- Grain: one row per penalty line and step that did something to it, from the rate to what is owed
with lines as (
    select
        settled.*,
        coalesce(settled.assessed_amount, 0) as started_amount
    from {{ ref('int_penalty__lines_settled') }} as settled
    inner join {{ ref('penalty_status') }} as statuses
        on settled.status_code = statuses.code
    where
        settled.role_code = 'charge'
        and statuses.is_decided
        and settled.status_code <> 'no_data'
),

steps as (
    select
        lines.contract_id,
        lines.penalty_term_id,
        lines.period_month,
        lines.currency_code,
        taken.*
    from lines
    cross join
        lateral (
            values
            ('units', null::numeric, lines.started_amount, null::numeric, null::text, {{ arithmetic_of_units('lines') }}),
            ('multiplier', lines.started_amount, lines.after_multiplier_amount, null, null, lines.multiplier::text),
            (
                'raise_to_minimum', lines.after_multiplier_amount, lines.multiplied_amount,
                case when lines.minimum_policy = 'raise_to' then lines.minimum_amount end, lines.clause, null
            ),
            ('level_cap', lines.chargeable_amount, lines.after_level_cap_amount, lines.level_cap_amount, lines.level_cap_clause, null),
            ('pool_cap', lines.after_level_cap_amount, lines.after_pool_cap_amount, lines.pool_cap_amount, lines.pool_cap_clause, null),
            (
                'monthly_cap', lines.after_pool_cap_amount, lines.after_monthly_cap_amount,
                lines.monthly_cap_amount, lines.monthly_cap_clause, null
            ),
            (
                'yearly_cap', lines.after_monthly_cap_amount, lines.after_yearly_cap_amount,
                lines.yearly_cap_amount, lines.yearly_cap_clause, null
            ),
            (
                'waive_below_minimum', lines.after_yearly_cap_amount, lines.after_minimum_amount,
                case when lines.minimum_policy = 'waive_below' then lines.minimum_amount end, lines.clause, null
            ),
            ('rounding', lines.after_minimum_amount, lines.penalty_amount, null, null, lines.rounding_digits::text),
            (
                'earn_back', lines.penalty_amount, lines.after_earn_back_amount, null, lines.earn_back_clause,
                trim_scale(1 - lines.returned_ratio)::text
            ),
            ('dispute', lines.after_earn_back_amount, lines.after_dispute_amount, lines.ruled_limit_amount, null, lines.ruling_decision_id),
            ('waiver', lines.after_dispute_amount, lines.owed_amount, lines.waived_limit_amount, null, lines.waive_decision_id)
        ) as taken (step_code, before_amount, after_amount, limit_amount, limit_clause, arithmetic)
)

select
    {{ surrogate_key(['steps.contract_id', 'steps.penalty_term_id', 'steps.period_month', 'steps.step_code']) }} as penalty_step_key,
    {{ surrogate_key(['steps.contract_id', 'steps.penalty_term_id', 'steps.period_month']) }} as penalty_key,
    steps.contract_id,
    steps.penalty_term_id,
    steps.period_month,
    steps.currency_code,
    vocabulary.step_number,
    steps.step_code,
    vocabulary.label as step_name,
    vocabulary.label_zh as step_name_zh,
    {{ exact_amount('steps.before_amount') }} as before_amount,
    {{ exact_amount('steps.after_amount') }} as after_amount,
    {{ exact_amount('steps.limit_amount') }} as limit_amount,
    steps.limit_clause,
    case
        when steps.step_code in ('level_cap', 'pool_cap', 'monthly_cap', 'yearly_cap', 'waive_below_minimum')
            then {{ exact_amount('steps.before_amount - steps.after_amount') }}
    end as forgone_amount,
    steps.arithmetic
from steps
inner join {{ ref('penalty_step') }} as vocabulary
    on steps.step_code = vocabulary.code
where
    steps.step_code in ('units', 'rounding')
    or steps.before_amount <> steps.after_amount
    or (steps.limit_amount is not null and steps.before_amount > 0)
