-- Grain: one row per assessment
-- Rows of one assessment that contradict each other: its first criterion by name speaks for it.
with firsts as (
    select distinct on (assessment_id) *
    from {{ ref('fct_assessment_finding') }}
    order by assessment_id, criterion_code
),

totals as (
    select
        assessment_id,
        count(*) as criterion_count,
        count(score) as scored_criterion_count,
        round(sum(weighted_score), 2) as score,
        count(*) filter (where finding_severity_code = 'critical') as critical_finding_count,
        count(*) filter (where finding_severity_code = 'major') as major_finding_count,
        count(*) filter (where finding_severity_code = 'minor') as minor_finding_count
    from {{ ref('fct_assessment_finding') }}
    group by assessment_id
)

select
    firsts.assessment_key,
    firsts.supplier_key,
    firsts.assessment_id,
    firsts.supplier_id,
    firsts.contract_id,
    firsts.assessment_kind_code,
    firsts.assessment_kind_name,
    firsts.assessment_kind_name_zh,
    firsts.assessed_date,
    totals.criterion_count::integer as criterion_count,
    totals.scored_criterion_count::integer as scored_criterion_count,
    totals.score,
    case when totals.score is null then 'no_data' else 'scored' end as status_code,
    totals.critical_finding_count::integer as critical_finding_count,
    totals.major_finding_count::integer as major_finding_count,
    totals.minor_finding_count::integer as minor_finding_count,
    firsts.as_of
from firsts
inner join totals
    on firsts.assessment_id = totals.assessment_id
