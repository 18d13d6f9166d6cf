-- Grain: one row per contract and calendar year in which formal notices were sent
-- None are sent yet.
select
    contract_id,
    assessment_year,
    0 as notice_count
from {{ ref('int_assessment__contract_years') }}
where false
