-- What is proposed for a year is what the severest of its reasons proposes; without reasons nothing is.
select
    annual.contract_id,
    annual.assessment_year,
    annual.proposal_code,
    reasons.severest_rank
from {{ ref('rpt_supplier_assessment_annual') }} as annual
inner join {{ ref('governance_outcome') }} as outcomes
    on annual.proposal_code = outcomes.code
left join (
    select
        reasons.contract_id,
        reasons.assessment_year,
        max(proposals.severity_rank) as severest_rank
    from {{ ref('rpt_renewal_reason') }} as reasons
    inner join {{ ref('governance_outcome') }} as proposals
        on reasons.proposal_code = proposals.code
    group by reasons.contract_id, reasons.assessment_year
) as reasons
    on
        annual.contract_id = reasons.contract_id
        and annual.assessment_year = reasons.assessment_year
where outcomes.severity_rank <> coalesce(reasons.severest_rank, 0)
