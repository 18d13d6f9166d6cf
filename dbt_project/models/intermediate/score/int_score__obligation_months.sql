-- Grain: one row per supplier, month and kind of duty: the supplier's duties due in the month, and those done in time
select
    supplier_id,
    date_trunc('month', due_date::timestamp)::date as period_month,
    'obligations' as measure_code,
    obligation_kind as filter_code,
    count(*) filter (where status_code = 'done')::numeric as numerator,
    count(*)::numeric as denominator,
    count(*)::numeric as case_count
from {{ ref('int_obligation__duties') }}
where
    owed_by = 'supplier'
    and status_code in ('done', 'done_late', 'missing')
group by supplier_id, date_trunc('month', due_date::timestamp), obligation_kind
