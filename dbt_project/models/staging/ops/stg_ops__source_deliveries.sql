-- Grain: one row per delivery of tickets or ticket events that this build may use or that repeated known rows, and tool it speaks of
select
    sources.source_system,
    deliveries.delivery_id,
    deliveries.profile,
    deliveries.entity,
    deliveries.relative_path as source_file,
    -- A file found written anew with the same content says that things are so again.
    case
        when deliveries.delivered_again_as_of <= run.as_of then deliveries.delivered_again_as_of
        else deliveries.as_of
    end as delivered_as_of
from {{ source('ops', 'delivery_source') }} as sources
inner join {{ source('ops', 'delivery') }} as deliveries
    on sources.delivery_id = deliveries.delivery_id
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('stg_ops__accepted_deliveries') }} as accepted_deliveries
    on sources.delivery_id = accepted_deliveries.delivery_id
where
    deliveries.as_of <= run.as_of
    and (deliveries.state = 'repeated' or accepted_deliveries.delivery_id is not null)
