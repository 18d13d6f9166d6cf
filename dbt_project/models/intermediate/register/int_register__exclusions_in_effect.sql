-- Grain: one row per exclusion that counts as of the run, with the contract it belongs to
{{ config(materialized='view') }}
-- An exclusion counts once somebody has approved it; one that was decided later than the run is not known yet.
select
    exclusions.exclusion_id,
    exclusions.reason_code,
    coalesce(exclusions.contract_id, service_levels.contract_id) as contract_id,
    exclusions.service_level_id,
    exclusions.ticket_key,
    date_trunc('second', exclusions.excluded_from) as excluded_from,
    date_trunc('second', exclusions.excluded_to) as excluded_to,
    exclusions.excluded_from is null and exclusions.excluded_to is null as is_whole,
    exclusions.window_effect,
    exclusions.requested_by,
    exclusions.approved_by,
    exclusions.decided_at,
    exclusions.evidence,
    exclusions._source_file,
    exclusions._source_row_number,
    exclusions._delivery_id
from {{ ref('stg_contract_register__exclusions') }} as exclusions
cross join {{ ref('stg_ops__run') }} as run
left join (
    select distinct
        service_level_id,
        contract_id
    from {{ ref('stg_contract_register__service_levels') }}
) as service_levels
    on
        exclusions.contract_id is null
        and exclusions.service_level_id = service_levels.service_level_id
where
    exclusions.approved_by is not null
    and (exclusions.decided_at is null or exclusions.decided_at <= run.as_of)
