-- Grain: one row per extract and ledger line that it carries
select
    extract_number,
    line_number
from {{ source('finance', 'extract_line') }}
