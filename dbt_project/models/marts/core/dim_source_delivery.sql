-- Grain: one row per tool whose tickets or ticket events were delivered
select
    source_system,
    delivered_as_of,
    is_overdue,
    overdue_since,
    source_file as _source_file,
    delivery_id as _delivery_id
from {{ ref('int_run__ticket_sources') }}
