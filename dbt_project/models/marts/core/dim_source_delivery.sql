-- Grain: one row per tool whose tickets or ticket events were delivered
select
    source_system,
    delivery_id as source_delivery_id,
    source_file,
    exported_at,
    delivered_as_of,
    is_overdue,
    overdue_since
from {{ ref('int_run__ticket_sources') }}
