-- Grain: one row per problem of a delivered line that was kept out
select
    quarantined.quarantine_id,
    quarantined.delivery_id,
    quarantined.first_delivery_id,
    deliveries.relative_path as source_file,
    quarantined.entity,
    quarantined.line,
    quarantined.column_name,
    quarantined.value_found,
    quarantined.expected,
    quarantined.reason_code,
    quarantined.record_key,
    quarantined.problem_hash,
    quarantined.as_of
from {{ source('ops', 'quarantined_problem') }} as quarantined
inner join {{ source('ops', 'delivery') }} as deliveries
    on quarantined.delivery_id = deliveries.delivery_id
cross join {{ ref('stg_ops__run') }} as run
where quarantined.delivery_id <= run.delivery_watermark
