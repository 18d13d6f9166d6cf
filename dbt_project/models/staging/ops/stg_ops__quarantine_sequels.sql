-- Grain: one row per problem and later delivery, usable by this build, that read its line again or brought its record
select
    sequels.quarantine_id,
    sequels.delivery_id,
    deliveries.as_of,
    sequels.outcome_code
from {{ source('ops', 'quarantine_sequel') }} as sequels
inner join {{ ref('stg_ops__accepted_deliveries') }} as accepted_deliveries
    on sequels.delivery_id = accepted_deliveries.delivery_id
inner join {{ source('ops', 'delivery') }} as deliveries
    on sequels.delivery_id = deliveries.delivery_id
