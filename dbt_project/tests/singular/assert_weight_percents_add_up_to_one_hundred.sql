-- Effective weights in percent add up to exactly 100.00: of an assessment's scored criteria, of a tender's criteria.
select
    assessment_id as identifier,
    sum(effective_weight_percent) as total
from {{ ref('fct_assessment_finding') }}
where effective_weight_percent is not null
group by assessment_id
having sum(effective_weight_percent) <> 100
union all
select
    selection_id || ' ' || candidate_id as identifier,
    sum(effective_weight_percent) as total
from {{ ref('fct_selection_score') }}
where effective_weight_percent is not null
group by selection_id, candidate_id
having sum(effective_weight_percent) <> 100
