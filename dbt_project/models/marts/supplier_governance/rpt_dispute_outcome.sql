-- Grain: one row per supplier, year in which disputes were raised and scope: all, tickets of one work centre, whole lines
{{ config(materialized='view') }}
-- A view, because it reads finance's books.
with disputes as (
    select
        disputes.*,
        date_trunc('year', disputes.raised_local_date)::date as period_from,
        -- A ticket that is in no delivery is nobody's.
        case when disputes.is_whole_line then 'whole_line' else 'work_centre' end as part_code,
        case when not disputes.is_whole_line then coalesce(disputes.work_centre_id, 'unknown') end as part_work_centre_id
    from {{ ref('fct_breach_dispute') }} as disputes
),

counted as (
    select
        supplier_id,
        case when grouping(part_code) = 1 then 'supplier' else part_code end as scope_code,
        part_work_centre_id as work_centre_id,
        period_from,
        as_of,
        count(*) as raised_count,
        count(*) filter (where is_raised_late) as raised_late_count,
        count(*) filter (where status_code in ('open', 'overdue')) as open_count,
        count(*) filter (where status_code = 'overdue') as overdue_count,
        count(*) filter (where status_code = 'raised_late') as raised_late_open_count,
        count(outcome_code) as answered_count,
        count(*) filter (where status_code = 'answered_late') as answered_late_count,
        count(*) filter (where outcome_code = 'reversed') as won_count,
        count(*) filter (where outcome_code = 'reduced') as reduced_count,
        count(*) filter (where outcome_code = 'upheld') as lost_count
    from disputes
    group by grouping sets ((supplier_id, period_from, as_of), (supplier_id, period_from, as_of, part_code, part_work_centre_id))
)

select
    {{ surrogate_key(['counted.supplier_id', 'counted.scope_code', 'counted.work_centre_id', 'counted.period_from']) }}
        as dispute_outcome_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    counted.supplier_id,
    counted.scope_code,
    counted.work_centre_id,
    coalesce(work_centres.work_centre_name, counted.work_centre_id) as work_centre_name,
    work_centres.work_centre_name_zh,
    'year' as period_kind_code,
    counted.period_from,
    (counted.period_from + interval '1 year')::date as period_to,
    counted.period_from + interval '1 year' <= counted.as_of at time zone 'UTC' as is_period_complete,
    counted.raised_count,
    counted.raised_late_count,
    counted.open_count,
    counted.overdue_count,
    counted.raised_late_open_count,
    counted.answered_count,
    counted.answered_late_count,
    counted.won_count,
    counted.reduced_count,
    counted.lost_count,
    counted.won_count::numeric / nullif(counted.answered_count, 0) as won_ratio,
    {{ wilson_bound('counted.won_count', 'counted.answered_count', '-') }} as won_low_ratio,
    {{ wilson_bound('counted.won_count', 'counted.answered_count', '+') }} as won_high_ratio,
    case when counted.answered_count = 0 then 'no_data' else 'rated' end as status_code,
    counted.as_of
from counted
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        counted.supplier_id = suppliers.supplier_id
        and suppliers.is_current
left join {{ ref('int_register__work_centre_versions') }} as work_centres
    on
        counted.work_centre_id = work_centres.work_centre_id
        and work_centres.is_current
