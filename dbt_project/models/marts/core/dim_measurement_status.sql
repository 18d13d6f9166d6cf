-- Grain: one row per status of a measurement
select
    code as status_code,
    label as status_name,
    label_zh as status_name_zh,
    description,
    is_final,
    is_measured
from {{ ref('measurement_status') }}
