-- Grain: one row per delivered file that was refused as a whole
select
    delivery_id,
    source_file,
    entity,
    row_count,
    reason
from {{ ref('stg_ops__refused_deliveries') }}
