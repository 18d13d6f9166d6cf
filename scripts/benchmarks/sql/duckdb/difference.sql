-- Grain: one row per ticket and service level whose elapsed seconds differ, or that only one side has
create or replace table difference as
select
    coalesce(answer.ticket_key, measured.ticket_key) as ticket_key,
    coalesce(answer.service_level_id, measured.service_level_id) as service_level_id,
    measured.ticket_key is null as is_missing,
    measured.elapsed_seconds as measured_seconds,
    answer.ticket_key is null as is_unexpected,
    answer.elapsed_seconds as duckdb_seconds
from answer
full join measured
    on answer.ticket_key = measured.ticket_key and answer.service_level_id = measured.service_level_id
where
    answer.elapsed_seconds is distinct from measured.elapsed_seconds
    or answer.ticket_key is null
    or measured.ticket_key is null
