-- No score leaves its scale, and what the card changed by is what its parts say.
select
    supplier_id,
    period_kind_code,
    period_from,
    score,
    change_points,
    change_by_value,
    change_by_weight
from {{ ref('fct_supplier_period_scorecard') }}
where
    score not between 0 and 100
    or change_points <> change_by_value + change_by_weight
    or (status_code = 'scored') <> (category_rank is not null)
