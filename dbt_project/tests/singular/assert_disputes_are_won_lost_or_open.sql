-- Every dispute is answered in one of three ways, open or raised too late; the parts of a supplier are all of it.
select
    supplier_id,
    period_from,
    sum(raised_count) filter (where scope_code = 'supplier') as raised_count
from {{ ref('rpt_dispute_outcome') }}
group by supplier_id, period_from
having
    bool_or(raised_count <> won_count + reduced_count + lost_count + open_count + raised_late_open_count)
    or sum(raised_count) filter (where scope_code = 'supplier') <> sum(raised_count) filter (where scope_code <> 'supplier')
