-- A place of its own for what the benchmark makes before it delivers it; nothing of the product reads it.
create schema benchmark;

-- A number from 0 to 1, always the same one for a ticket and a purpose.
create function benchmark.draw(ticket_number bigint, purpose bigint) returns double precision
language sql immutable parallel safe
return (hashint8extended(ticket_number, purpose) & 9007199254740991)::double precision / 9007199254740992;

-- As exports write it, with milliseconds where there are any.
create function benchmark.instant_text(instant timestamptz) returns text
language sql immutable parallel safe
return to_char(
    instant at time zone 'UTC',
    case when instant = date_trunc('second', instant) then 'YYYY-MM-DD"T"HH24:MI:SS"Z"' else 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' end
);

-- Wall time that the targets take on average in the hours of their calendars.
create table benchmark.planned_seconds (
    contract_number integer,
    category_code text,
    priority_code text,
    response_seconds double precision,
    resolution_seconds double precision
);
