-- Grain: one row per calendar version
with newest as (
    {{ newest_version('calendars', ['calendar_id', 'valid_from']) }}
)

select
    calendar_id,
    calendar_name,
    calendar_name_zh,
    time_zone,
    monday,
    tuesday,
    wednesday,
    thursday,
    friday,
    saturday,
    sunday,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    published_until::date as published_until,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
