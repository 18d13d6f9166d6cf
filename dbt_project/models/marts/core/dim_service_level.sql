-- Grain: one row per service level, target selector and version, and one for tickets under no service level
select
    service_level_key,
    service_level_id,
    contract_id,
    clause,
    service_level_name,
    service_level_name_zh,
    metric_code,
    service_code,
    ticket_type_code,
    category_code,
    priority_code,
    start_event,
    stop_event,
    array_to_string(pause_states, ';') as pause_states,
    target_unit,
    target_seconds,
    calendar_id,
    attainment_target,
    minimum_sample,
    period_basis,
    valid_from,
    valid_to,
    is_current,
    _source_file,
    _source_row_number
from {{ ref('int_register__service_level_versions') }}
union all
select
    'not_applicable', 'not_applicable', 'not_applicable', null, 'No service level', '无服务水平', 'not_applicable', null, null, null, null,
    'opened', 'resolved', '', 'calendar_minutes', null, null, null, 1, 'started', '-infinity', 'infinity', true, null, null
