-- Grain: one row per qualification paper of a supplier, with what the papers of its kind cover together
with known as (
    select
        qualifications.*,
        coalesce(qualifications.valid_to, 'infinity') as effective_to,
        (run.as_of at time zone 'UTC')::date as run_date
    from {{ ref('stg_governance__qualifications') }} as qualifications
    cross join {{ ref('stg_ops__run') }} as run
)

select
    known.*,
    -- Unbroken stretches of validity: a paper that follows on the day the last one ends leaves no gap.
    range_agg(daterange(valid_from, greatest(effective_to, valid_from))) over of_kind as covered_dates,
    -- The one that speaks for the kind: of those that have begun, the last to end.
    valid_from <= run_date
    and row_number() over (
        partition by supplier_id, qualification_code
        order by (valid_from <= run_date) desc, effective_to desc, valid_from desc
    ) = 1 as is_current
from known
window of_kind as (partition by supplier_id, qualification_code)
