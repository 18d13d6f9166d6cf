-- Typed tables of its own with the newest version of each ticket and each event, as the house rule has it.
create or replace table ticket as
select ticket_key, category_code, work_centre_id
from delivered_ticket
qualify row_number() over (
    partition by ticket_key order by _version_at desc nulls last, cast(_delivery_id as bigint) desc, cast(_line as bigint) desc
) = 1;

create or replace table event as
select
    ticket_key,
    cast(rtrim(event_at, 'Z') as timestamp) as event_at,
    cast(event_number as integer) as event_number,
    event_type,
    state_code
from delivered_event
qualify row_number() over (
    partition by ticket_key, event_key order by _version_at desc nulls last, cast(_delivery_id as bigint) desc, cast(_line as bigint) desc
) = 1;

drop table delivered_ticket;
drop table delivered_event;
checkpoint;
