-- Grain: one row per contract, calendar year and rule of the yearly proposal that holds
select
    {{ surrogate_key(['judged.contract_id', 'judged.assessment_year', 'judged.renewal_rule_id']) }} as renewal_reason_key,
    {{ surrogate_key(['judged.contract_id', 'judged.assessment_year']) }} as supplier_assessment_annual_key,
    years.contract_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    judged.contract_id,
    judged.supplier_id,
    judged.assessment_year,
    judged.renewal_rule_id,
    judged.condition_code,
    conditions.label as condition_name,
    conditions.label_zh as condition_name_zh,
    judged.observed_value,
    judged.threshold as threshold_value,
    judged.score_limit,
    judged.proposal_code,
    proposals.label as proposal_name,
    proposals.label_zh as proposal_name_zh,
    -- True for those that the proposal rests on: the severest.
    proposals.severity_rank = max(proposals.severity_rank) over (partition by judged.contract_id, judged.assessment_year) as is_decisive,
    concat(
        coalesce(judged.reason_text, conditions.label),
        ' (' || trim_scale(round(judged.observed_value, 4))::text || ' / ' || trim_scale(judged.threshold)::text || ')'
    ) as reason,
    concat(
        coalesce(judged.reason_text_zh, conditions.label_zh),
        '（' || trim_scale(round(judged.observed_value, 4))::text || ' / ' || trim_scale(judged.threshold)::text || '）'
    ) as reason_zh,
    run.as_of,
    judged._source_file,
    judged._source_row_number,
    judged._delivery_id
from {{ ref('int_assessment__rules_judged') }} as judged
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_assessment__contract_years') }} as years
    on
        judged.contract_id = years.contract_id
        and judged.assessment_year = years.assessment_year
inner join {{ ref('renewal_condition') }} as conditions
    on judged.condition_code = conditions.code
inner join {{ ref('governance_outcome') }} as proposals
    on judged.proposal_code = proposals.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        judged.supplier_id = suppliers.supplier_id
        and suppliers.is_current
where judged.is_holding
