-- Grain: one row per tender and candidate
with totals as (
    select
        selection_evaluation_key,
        supplier_key,
        supplier_id,
        selection_id,
        candidate_id,
        max(candidate_name) as candidate_name,
        count(*) filter (where status_code <> 'no_criterion') as criterion_count,
        count(*) filter (where status_code in ('scored', 'knocked_out')) as scored_criterion_count,
        string_agg(criterion_code, ', ' order by criterion_code) filter (where status_code = 'knocked_out') as knocked_out_by,
        string_agg(criterion_code, ', ' order by criterion_code) filter (where status_code = 'no_value') as missing_criteria,
        sum(weighted_score) as weighted_score,
        max(evaluated_date) as evaluated_date,
        as_of
    from {{ ref('fct_selection_score') }}
    group by selection_evaluation_key, supplier_key, supplier_id, selection_id, candidate_id, as_of
),

-- The order of these branches is the precedence of the states.
stated as (
    select
        totals.*,
        case when scored_criterion_count = criterion_count then round(weighted_score, 2) end as total_score,
        case
            when knocked_out_by is not null then 'knocked_out'
            when scored_criterion_count < criterion_count or weighted_score is null then 'incomplete'
            else 'ranked'
        end as status_code
    from totals
),

-- Equal totals share a rank; only who is ranked is counted.
ranked as (
    select
        stated.*,
        case
            when status_code = 'ranked'
                then rank() over (partition by selection_id, status_code order by total_score desc)
        end as rank_number,
        count(*) filter (where status_code = 'ranked') over (partition by selection_id) as ranked_count
    from stated
),

decided as (
    select distinct on (decisions.selection_id, decisions.candidate_id)
        decisions.selection_id,
        decisions.candidate_id,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_at,
        decisions.reason
    from {{ ref('stg_governance__governance_decisions') }} as decisions
    cross join {{ ref('stg_ops__run') }} as run
    where
        decisions.decision_kind = 'selection'
        and decisions.decided_at <= run.as_of
    order by decisions.selection_id, decisions.candidate_id, decisions.decided_at desc, decisions.decision_id desc
)

select
    ranked.selection_evaluation_key,
    ranked.supplier_key,
    ranked.supplier_id,
    ranked.selection_id,
    ranked.candidate_id,
    ranked.candidate_name,
    ranked.evaluated_date,
    ranked.criterion_count::integer as criterion_count,
    ranked.scored_criterion_count::integer as scored_criterion_count,
    ranked.missing_criteria,
    ranked.knocked_out_by,
    ranked.total_score,
    ranked.rank_number::integer as rank_number,
    ranked.ranked_count::integer as ranked_count,
    ranked.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    case when ranked.rank_number = 1 then 'award' else 'reject' end as proposal_code,
    decided.decision_id,
    decided.decision_code,
    outcomes.label as decision_name,
    outcomes.label_zh as decision_name_zh,
    decided.decided_at,
    decided.reason as decision_reason,
    decided.decision_code = case when ranked.rank_number = 1 then 'award' else 'reject' end as is_decided_as_proposed,
    ranked.as_of
from ranked
inner join {{ ref('selection_status') }} as statuses
    on ranked.status_code = statuses.code
left join decided
    on
        ranked.selection_id = decided.selection_id
        and ranked.candidate_id = decided.candidate_id
left join {{ ref('governance_outcome') }} as outcomes
    on decided.decision_code = outcomes.code
