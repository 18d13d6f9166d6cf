-- Grain: one row per ticket of a source without a log, and version of it that a snapshot has shown
-- Of two rows of one version the later one counts, as in the newest version of the ticket.
with versions as (
    select distinct on (delivered.ticket_key, delivered._version_at)
        delivered.*,
        accepted_deliveries.snapshot_interval
    from {{ source('raw', 'tickets') }} as delivered
    inner join {{ ref('stg_ops__accepted_deliveries') }} as accepted_deliveries
        on delivered._delivery_id = accepted_deliveries.delivery_id
    where
        accepted_deliveries.snapshot_interval is not null
        and delivered._version_at is not null
    order by delivered.ticket_key, delivered._version_at, delivered._delivery_id desc, delivered._line desc
)

select
    ticket_key,
    _version_at as seen_at,
    -- The tool's own word for when the row changed, else the instant of the export.
    updated_at is not null as is_dated_by_tool,
    snapshot_interval,
    state_code,
    priority_code,
    work_centre_id,
    opened_at::timestamptz as opened_at,
    assigned_at::timestamptz as assigned_at,
    responded_at::timestamptz as responded_at,
    resolved_at::timestamptz as resolved_at,
    closed_at::timestamptz as closed_at,
    cancelled_at::timestamptz as cancelled_at,
    _line as _source_row_number,
    _delivery_id
from versions
