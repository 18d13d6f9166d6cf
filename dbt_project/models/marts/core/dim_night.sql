-- Grain: one row, the night that the marts speak of
select
    as_of,
    delivery_watermark as last_delivery_id
from {{ ref('stg_ops__run') }}
