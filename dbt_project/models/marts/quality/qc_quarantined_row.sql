-- Grain: one row per problem of a delivered line that was kept out
select
    quarantine_id,
    delivery_id,
    source_file,
    entity,
    line as source_row_number,
    column_name,
    value_found,
    expected,
    reason_code
from {{ ref('stg_ops__quarantined_rows') }}
