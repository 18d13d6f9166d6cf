-- A ticket to which no service level applies still has its row, with status no_service_level.
select tickets.ticket_key
from {{ ref('fct_ticket') }} as tickets
left join {{ ref('fct_ticket_sla') }} as ticket_slas
    on tickets.ticket_key = ticket_slas.ticket_key
where ticket_slas.ticket_key is null
