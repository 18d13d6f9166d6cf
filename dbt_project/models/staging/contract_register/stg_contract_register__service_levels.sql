-- Grain: one row per service level, target selector and version
with newest as (
    {{ newest_version('service_levels', ['service_level_id', 'ticket_type_code', 'category_code', 'priority_code', 'valid_from']) }}
)

select
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
    {{ codes_of('start_event') }} as start_events,
    {{ codes_of('stop_event') }} as stop_events,
    {{ codes_of('pause_states') }} as pause_states,
    {{ codes_of('pause_reasons') }} as pause_reasons,
    coalesce(count_from, 'start_event') as count_from,
    coalesce(reopen_policy, 'continue') as reopen_policy,
    coalesce(priority_change_policy, 'keep') as priority_change_policy,
    coalesce(handover_policy, 'last') as handover_policy,
    target_unit,
    target_value::numeric as target_value,
    calendar_id,
    attainment_target::numeric as attainment_target,
    minimum_sample::integer as minimum_sample,
    coalesce(measure_kind, 'ticket_clock') as measure_kind,
    question_code,
    coalesce(survey_measure, 'top_box') as survey_measure,
    coalesce(top_box_from::numeric, 0.75) as top_box_from,
    coalesce(target_direction, 'at_least') as target_direction,
    period_basis,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
