-- The weights of the criteria that have data are shares of one.
select
    supplier_id,
    period_month,
    sum(effective_weight_ratio) as total
from {{ ref('fct_supplier_score') }}
where measured_ratio is not null
group by supplier_id, period_month
having abs(sum(effective_weight_ratio) - 1) > 0.000001
