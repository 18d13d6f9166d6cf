-- Grain: one row per ledger line and missed ticket behind it
select
    line_number,
    evidence_number,
    detail ->> 'ticket_key' as ticket_key,
    (detail ->> 'amount')::numeric as amount
from {{ source('finance', 'ledger_evidence') }}
