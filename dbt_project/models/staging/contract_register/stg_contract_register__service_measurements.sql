-- Grain: one row per service level and measured window, newest delivered version
with newest as (
    {{ newest_version('service_measurements', ['service_level_id', 'measured_from', 'measured_to']) }}
)

select
    service_level_id,
    measured_from::timestamptz as measured_from,
    measured_to::timestamptz as measured_to,
    measured_value::numeric as measured_value,
    unit_code,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
