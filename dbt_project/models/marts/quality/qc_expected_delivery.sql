-- Grain: one row per night, expected delivery and state that it was found in
select
    expected.as_of,
    expected.expectation,
    expected.profile,
    expected.entity,
    expected.slot_date,
    expected.due_at,
    expected.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    expected.expected,
    expected.found,
    expected.delivery_id,
    expected.is_newest
from {{ ref('stg_ops__expected_deliveries') }} as expected
left join {{ ref('expected_delivery_state') }} as states
    on expected.state_code = states.code
