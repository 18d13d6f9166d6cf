-- The weights of the scored criteria of each card are shares of one, and of 100.00 on paper, to the last place.
select
    supplier_id,
    period_kind_code,
    period_from,
    sum(effective_weight_ratio) as total_ratio,
    sum(effective_weight_percent) as total_percent
from {{ ref('fct_supplier_period_score') }}
group by supplier_id, period_kind_code, period_from
having sum(effective_weight_ratio) <> 1 or sum(effective_weight_percent) <> 100
