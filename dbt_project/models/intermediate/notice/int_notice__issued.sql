-- Grain: one row per notice that an earlier run issued, with the hash of its letter
{{ config(materialized='view') }}
-- What a run issues comes after its build: building the same night again must not know of it.
select notices.*
from {{ ref('stg_governance__issued_notices') }} as notices
cross join {{ ref('stg_ops__run') }} as run
where notices.issued_at < run.as_of
