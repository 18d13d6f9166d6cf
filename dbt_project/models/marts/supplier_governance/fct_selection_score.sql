-- Grain: one row per tender, candidate and criterion of the tender, and one per value offered for something that is no criterion of it
with offers as (
    select
        offers.*,
        run.as_of
    from {{ ref('stg_governance__selection_offers') }} as offers
    cross join {{ ref('stg_ops__run') }} as run
    where offers.evaluated_date is null or offers.evaluated_date <= (run.as_of at time zone 'UTC')::date
),

candidates as (
    select
        selection_id,
        candidate_id,
        max(candidate_name) as candidate_name,
        as_of
    from offers
    group by selection_id, candidate_id, as_of
),

-- Every candidate against every criterion, whether a value was given or not.
asked as (
    select
        candidates.*,
        criteria.criterion_code,
        criteria.criterion_name,
        criteria.criterion_name_zh,
        criteria.weight,
        criteria.scoring_code,
        criteria.floor_value,
        criteria.target_value,
        criteria.minimum_score,
        criteria.weight / nullif(sum(criteria.weight) over (partition by candidates.selection_id, candidates.candidate_id), 0)
            as effective_weight_ratio
    from candidates
    inner join {{ ref('stg_contract_register__selection_criteria') }} as criteria
        on candidates.selection_id = criteria.selection_id
),

compared as (
    select
        coalesce(asked.selection_id, offers.selection_id) as selection_id,
        coalesce(asked.candidate_id, offers.candidate_id) as candidate_id,
        coalesce(asked.candidate_name, offers.candidate_name) as candidate_name,
        coalesce(asked.criterion_code, offers.criterion_code) as criterion_code,
        asked.criterion_name,
        asked.criterion_name_zh,
        asked.weight,
        asked.effective_weight_ratio,
        asked.scoring_code,
        asked.floor_value,
        asked.target_value,
        asked.minimum_score,
        asked.selection_id is not null as is_criterion,
        offers.value,
        offers.evaluated_date,
        offers.finding_text,
        min(offers.value) over of_criterion as lowest_value,
        max(offers.value) over of_criterion as highest_value,
        coalesce(asked.as_of, offers.as_of) as as_of,
        offers._source_file,
        offers._source_row_number,
        offers._delivery_id
    from asked
    full join offers
        on
            asked.selection_id = offers.selection_id
            and asked.candidate_id = offers.candidate_id
            and asked.criterion_code = offers.criterion_code
    window
        of_criterion as (
            partition by coalesce(asked.selection_id, offers.selection_id), coalesce(asked.criterion_code, offers.criterion_code)
        )
),

-- The best value has 100, also when it is 0 and cannot be divided by. A missing value has no score: greatest and least would pass over it.
scored as (
    select
        compared.*,
        case
            when value is null then null
            when scoring_code = 'given_score' then least(value, 100)
            when scoring_code = 'lowest_is_best' then case when value = lowest_value then 100 else 100 * lowest_value / value end
            when scoring_code = 'highest_is_best' then case when value = highest_value then 100 else 100 * value / highest_value end
            when scoring_code = 'linear' then least(greatest((value - floor_value) / (target_value - floor_value), 0), 1) * 100
        end as score
    from compared
),

judged as (
    select
        scored.*,
        coalesce(score < minimum_score, false) as is_knocked_out,
        {{ percent_of_weights('scored.effective_weight_ratio', 'scored.selection_id, scored.candidate_id', 'scored.criterion_code') }}
            as effective_weight_percent
    from scored
)

select
    {{ surrogate_key(['judged.selection_id', 'judged.candidate_id', 'judged.criterion_code']) }} as selection_score_key,
    {{ surrogate_key(['judged.selection_id', 'judged.candidate_id']) }} as selection_evaluation_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(suppliers.supplier_id, 'unknown') as supplier_id,
    judged.selection_id,
    judged.candidate_id,
    judged.candidate_name,
    judged.criterion_code,
    coalesce(judged.criterion_name, judged.criterion_code) as criterion_name,
    judged.criterion_name_zh,
    judged.scoring_code,
    judged.value as offered_value,
    judged.lowest_value,
    judged.highest_value,
    judged.floor_value,
    judged.target_value,
    judged.weight,
    judged.effective_weight_ratio,
    judged.effective_weight_percent,
    round(judged.score, 4) as score,
    round(judged.score * judged.effective_weight_ratio, 10) as weighted_score,
    judged.minimum_score,
    judged.is_knocked_out,
    case
        when not judged.is_criterion then 'no_criterion'
        when judged.score is null then 'no_value'
        when judged.is_knocked_out then 'knocked_out'
        else 'scored'
    end as status_code,
    judged.evaluated_date,
    judged.finding_text,
    judged.as_of,
    judged._source_file,
    judged._source_row_number,
    judged._delivery_id
from judged
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        judged.candidate_id = suppliers.supplier_id
        and suppliers.is_current
