-- Grain: one row per calendar and exceptional local date
with newest as (
    {{ newest_version('calendar_exceptions', ['calendar_id', 'exception_date']) }}
)

select
    calendar_id,
    exception_date::date as exception_date,
    hours,
    exception_kind,
    exception_name,
    exception_name_zh,
    source,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
