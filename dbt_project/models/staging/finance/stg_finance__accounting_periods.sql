-- Grain: one row per closed accounting period
select
    accounting_period,
    as_of,
    publication_id
from {{ source('finance', 'accounting_period') }}
