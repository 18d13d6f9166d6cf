-- Grain: one row per reason for an exclusion that the product can name
select
    code as reason_code,
    label as reason_name,
    label_zh as reason_name_zh,
    description
from {{ ref('exclusion_reason') }}
