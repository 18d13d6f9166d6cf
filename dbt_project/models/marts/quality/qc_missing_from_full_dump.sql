-- Grain: one row per key that is known and not in the newest full dump of its source
select
    entity,
    record_key,
    delivery_id,
    dump_file,
    source_file as _source_file,
    source_row_number as _source_row_number
from {{ ref('stg_ops__missing_keys') }}
