-- Grain: one row per exclusion that as of the run is without approval, or approved by who asked for it, or undated
with questioned as (
    select
        exclusions.*,
        case
            when exclusions.approved_by is null or exclusions.decided_at > run.as_of then 'not_approved'
            when lower(btrim(exclusions.approved_by)) = lower(btrim(exclusions.requested_by)) then 'approved_by_requester'
            when exclusions.decided_at is null then 'undated'
        end as question_code
    from {{ ref('stg_contract_register__exclusions') }} as exclusions
    cross join {{ ref('stg_ops__run') }} as run
)

select
    exclusion_id,
    question_code,
    question_code <> 'not_approved' as is_in_effect,
    reason_code,
    contract_id,
    service_level_id,
    ticket_key,
    excluded_from,
    excluded_to,
    requested_by,
    approved_by,
    decided_at,
    evidence,
    _source_file,
    _source_row_number
from questioned
where question_code is not null
