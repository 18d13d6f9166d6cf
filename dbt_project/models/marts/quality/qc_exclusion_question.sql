-- Grain: one row per exclusion of which as of the run something is open: its approval, who gave it and when, its end, its evidence
with questioned as (
    select
        exclusions.*,
        array_remove(
            array[
                case when exclusions.approved_by is null or exclusions.decided_at > run.as_of then 'not_approved' end,
                case when lower(btrim(exclusions.approved_by)) = lower(btrim(exclusions.requested_by)) then 'approved_by_requester' end,
                case when exclusions.decided_at is null and exclusions.approved_by is not null then 'undated' end,
                case when exclusions.excluded_to = 'infinity' then 'without_end' end,
                case when btrim(coalesce(exclusions.evidence, '')) = '' then 'without_evidence' end
            ],
            null
        ) as question_codes
    from {{ ref('stg_contract_register__exclusions') }} as exclusions
    cross join {{ ref('stg_ops__run') }} as run
)

select
    questioned.exclusion_id,
    questioned.question_codes[1] as question_code,
    questioned.question_codes[1] <> 'not_approved' as is_in_effect,
    questioned.reason_code,
    questioned.contract_id,
    questioned.service_level_id,
    questioned.ticket_key,
    questioned.excluded_from,
    questioned.excluded_to,
    questioned.requested_by,
    questioned.approved_by,
    questioned.decided_at,
    questioned.evidence,
    questioned._source_file,
    questioned._source_row_number,
    array_to_string(questioned.question_codes, ';') as question_codes,
    questioned.window_effect,
    coalesce(reasons.label, questioned.reason_code) as reason_name,
    coalesce(reasons.label_zh, questioned.reason_code) as reason_name_zh
from questioned
left join {{ ref('exclusion_reason') }} as reasons
    on questioned.reason_code = reasons.code
where cardinality(questioned.question_codes) > 0
