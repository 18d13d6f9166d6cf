-- Grain: one row per night up to the run, expected delivery and state that it was found in
select
    expected.expectation,
    expected.profile,
    expected.entity,
    expected.slot_date,
    expected.due_at,
    expected.state_code,
    expected.expected,
    expected.found,
    expected.delivery_id,
    expected.as_of,
    -- What holds as of the run: the last word on the newest deadline.
    rank() over (partition by expected.expectation order by expected.slot_date desc, expected.as_of desc) = 1 as is_newest
from {{ source('ops', 'expected_delivery') }} as expected
cross join {{ ref('stg_ops__run') }} as run
where expected.as_of <= run.as_of
