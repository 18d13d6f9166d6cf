-- Grain: one row per measured value that does not count as it was delivered
with questioned as (
    select
        windows.*,
        case
            when not exists (
                select 1
                from {{ ref('int_register__service_level_versions') }} as levels
                where
                    levels.service_level_id = windows.service_level_id
                    and levels.measure_kind = 'measured_value'
            ) then 'level_without_values'
            when windows.measured_from >= windows.measured_to then 'window_turned_round'
            when not windows.is_unit_known then 'unit_unknown'
            when not windows.is_usable then 'not_a_share'
            when windows.is_overlapped then 'covered_by_later'
        end as question_code
    from {{ ref('int_measure__value_windows') }} as windows
)

select
    service_level_id,
    measured_from,
    measured_to,
    measured_value,
    unit_code,
    question_code,
    question_code = 'covered_by_later' and not isempty(counted_time) as is_in_effect,
    _source_file,
    _source_row_number
from questioned
where question_code is not null
