-- Grain: one row per numbered extract
select
    extract_number,
    as_of
from {{ source('finance', 'extract') }}
