-- Grain: one row per line with decisions in effect
select
    contract_id,
    penalty_term_id,
    period_month,
    null::numeric as ruled_limit_amount,
    null::numeric as waived_limit_amount,
    null::text as ruling_decision_id,
    null::text as waive_decision_id,
    false as is_disputed
from {{ ref('int_penalty__lines') }}
where false
