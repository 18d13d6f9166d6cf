-- Grain: one row per work centre on tickets that no supplier is mapped to when they were opened
select
    coalesce(work_centre_id, '(empty)') as work_centre_id,
    count(*) as ticket_count,
    min(opened_at) as first_opened_at,
    max(opened_at) as last_opened_at,
    min(ticket_key) as example_ticket_key
from {{ ref('int_ticket__current') }}
where work_centre_key is null
group by work_centre_id
