-- Grain: one row per tool whose tickets or ticket events were delivered, with its newest delivery
with newest as (
    select distinct on (source_system)
        source_system,
        delivery_id,
        source_file,
        delivered_as_of
    from {{ ref('stg_ops__source_deliveries') }}
    order by source_system, delivered_as_of desc, delivery_id desc
),

overdue as (
    select
        deliveries.source_system,
        min(expected.due_at) as overdue_since
    from {{ ref('stg_ops__expected_deliveries') }} as expected
    inner join {{ ref('stg_ops__source_deliveries') }} as deliveries
        on
            expected.profile = deliveries.profile
            and expected.entity = deliveries.entity
    where
        expected.is_newest
        and expected.state_code = 'missing'
    group by deliveries.source_system
)

select
    newest.source_system,
    newest.delivery_id,
    newest.source_file,
    newest.delivered_as_of,
    overdue.overdue_since is not null as is_overdue,
    overdue.overdue_since
from newest
left join overdue
    on newest.source_system = overdue.source_system
