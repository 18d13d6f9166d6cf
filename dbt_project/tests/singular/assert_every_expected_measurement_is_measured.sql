-- The index of expected measurements and the fact have the same rows; nothing disappears in a join.
select coalesce(expected.ticket_sla_key, facts.ticket_sla_key) as ticket_sla_key
from {{ ref('int_sla__expected_measurements') }} as expected
full join {{ ref('fct_ticket_sla') }} as facts
    on expected.ticket_sla_key = facts.ticket_sla_key
where expected.ticket_sla_key is null or facts.ticket_sla_key is null
