-- Grain: one row per contract and calendar year in which it was in force
with counted as (
    select
        contract_id,
        assessment_year,
        max(observed_value) filter (where condition_code = 'failed_level_months') as failed_level_months,
        max(observed_value) filter (where condition_code = 'formal_notices') as formal_notices,
        max(observed_value) filter (where condition_code = 'open_termination_right') as open_termination_rights,
        max(observed_value) filter (where condition_code = 'overdue_actions') as overdue_actions,
        max(observed_value) filter (where condition_code = 'missing_obligations') as missing_obligations,
        max(observed_value) filter (where condition_code = 'expired_qualifications') as expired_qualifications,
        max(observed_value) filter (where condition_code = 'service_share_above') as largest_service_share
    from {{ ref('int_assessment__year_values') }}
    group by contract_id, assessment_year
),

rules_in_force as (
    select
        contract_id,
        assessment_year,
        count(*) as rule_count
    from {{ ref('int_assessment__rules_judged') }}
    group by contract_id, assessment_year
),

-- The severest proposal wins; its reasons come first.
reasons as (
    select
        contract_id,
        assessment_year,
        max(proposal_code) filter (where is_decisive) as proposal_code,
        count(*) filter (where is_decisive) as reason_count,
        string_agg(reason, '; ' order by renewal_rule_id) filter (where is_decisive) as reasons,
        string_agg(reason_zh, '；' order by renewal_rule_id) filter (where is_decisive) as reasons_zh
    from {{ ref('rpt_renewal_reason') }}
    group by contract_id, assessment_year
),

decided as (
    select distinct on (decisions.contract_id, decisions.assessment_year)
        decisions.contract_id,
        decisions.assessment_year,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_at,
        decisions.reason
    from {{ ref('stg_governance__governance_decisions') }} as decisions
    cross join {{ ref('stg_ops__run') }} as run
    where
        decisions.decision_kind = 'renewal'
        and decisions.decided_at <= run.as_of
    order by decisions.contract_id, decisions.assessment_year, decisions.decided_at desc, decisions.decision_id desc
),

proposed as (
    select
        years.*,
        coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
        scores.score,
        coalesce(scores.status_code, 'no_data') as score_status_code,
        scores.band_code,
        scores.band_name,
        scores.band_name_zh,
        coalesce(scores.scored_month_count, 0) as scored_month_count,
        scores.first_half_score,
        scores.second_half_score,
        scores.second_half_score - scores.first_half_score as trend_points,
        coalesce(reasons.proposal_code, 'not_judged') as proposal_code,
        coalesce(reasons.reason_count, 0) as reason_count,
        case
            when reasons.proposal_code is not null then reasons.reasons
            when rules_in_force.rule_count is null then 'No rule of the yearly proposal is in force.'
            when scores.score is null then 'The year has no score, and no other rule holds.'
            else 'No rule holds.'
        end as reasons,
        case
            when reasons.proposal_code is not null then reasons.reasons_zh
            when rules_in_force.rule_count is null then '没有生效的年度评估规则。'
            when scores.score is null then '本年度没有得分，也没有其他规则成立。'
            else '没有规则成立。'
        end as reasons_zh
    from {{ ref('int_assessment__contract_years') }} as years
    left join {{ ref('int_assessment__year_scores') }} as scores
        on
            years.supplier_id = scores.supplier_id
            and years.assessment_year = scores.assessment_year
    left join rules_in_force
        on
            years.contract_id = rules_in_force.contract_id
            and years.assessment_year = rules_in_force.assessment_year
    left join reasons
        on
            years.contract_id = reasons.contract_id
            and years.assessment_year = reasons.assessment_year
    left join {{ ref('int_register__supplier_versions') }} as suppliers
        on
            years.supplier_id = suppliers.supplier_id
            and suppliers.is_current
)

select
    {{ surrogate_key(['proposed.contract_id', 'proposed.assessment_year']) }} as supplier_assessment_annual_key,
    proposed.contract_key,
    proposed.supplier_key,
    proposed.contract_id,
    proposed.supplier_id,
    proposed.assessment_year,
    proposed.is_period_complete,
    proposed.judged_on as judged_date,
    proposed.score,
    proposed.score_status_code,
    proposed.band_code,
    proposed.band_name,
    proposed.band_name_zh,
    proposed.scored_month_count,
    proposed.first_half_score,
    proposed.second_half_score,
    proposed.trend_points,
    trends.code as trend_code,
    trends.label as trend_name,
    trends.label_zh as trend_name_zh,
    counted.failed_level_months::integer as failed_level_month_count,
    counted.formal_notices::integer as formal_notice_count,
    counted.open_termination_rights::integer as open_termination_right_count,
    counted.overdue_actions::integer as overdue_action_count,
    counted.missing_obligations::integer as missing_obligation_count,
    counted.expired_qualifications::integer as expired_qualification_count,
    counted.largest_service_share as largest_service_share_ratio,
    proposed.proposal_code,
    proposals.label as proposal_name,
    proposals.label_zh as proposal_name_zh,
    proposed.reason_count::integer as reason_count,
    proposed.reasons,
    proposed.reasons_zh,
    terms.clause as term_clause,
    terms.term_ends_on,
    terms.renews_for_months,
    terms.notice_days as notice_days_count,
    terms.notice_basis as notice_basis_code,
    terms.last_notice_date,
    terms.notice_days_left as notice_days_left_count,
    notice_states.code as notice_state_code,
    notice_states.label as notice_state_name,
    notice_states.label_zh as notice_state_name_zh,
    decided.decision_id,
    decided.decision_code,
    decisions.label as decision_name,
    decisions.label_zh as decision_name_zh,
    decided.decided_at,
    decided.reason as decision_reason,
    case when proposed.proposal_code <> 'not_judged' then decided.decision_code = proposed.proposal_code end as is_decided_as_proposed,
    run.as_of
from proposed
cross join {{ ref('stg_ops__run') }} as run
inner join counted
    on
        proposed.contract_id = counted.contract_id
        and proposed.assessment_year = counted.assessment_year
inner join {{ ref('governance_outcome') }} as proposals
    on proposed.proposal_code = proposals.code
inner join {{ ref('score_trend') }} as trends
    on
        case
            when proposed.trend_points > 0 then 'improving'
            when proposed.trend_points < 0 then 'worsening'
            when proposed.trend_points = 0 then 'steady'
            else 'no_data'
        end = trends.code
left join {{ ref('int_assessment__terms_ahead') }} as terms
    on
        proposed.contract_id = terms.contract_id
        and proposed.assessment_year = terms.assessment_year
inner join {{ ref('notice_day_state') }} as notice_states
    on coalesce(terms.notice_state_code, 'no_term') = notice_states.code
left join decided
    on
        proposed.contract_id = decided.contract_id
        and proposed.assessment_year = decided.assessment_year
left join {{ ref('governance_outcome') }} as decisions
    on decided.decision_code = decisions.code
