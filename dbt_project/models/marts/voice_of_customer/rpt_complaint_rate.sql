-- Grain: one row per supplier, kind of period (week, month, quarter, year) and period since its first ticket or complaint
with kinds (period_kind_code, length) as (
    values
    ('week', interval '1 week'),
    ('month', interval '1 month'),
    ('quarter', interval '3 months'),
    ('year', interval '1 year')
),

counts as (
    select
        days.supplier_id,
        kinds.period_kind_code,
        date_trunc(kinds.period_kind_code, days.utc_date::timestamp) as period_at,
        sum(days.complaint_count)::bigint as complaint_count,
        sum(days.justified_complaint_count)::bigint as justified_complaint_count,
        sum(days.undecided_complaint_count)::bigint as undecided_complaint_count,
        sum(days.ticket_count)::bigint as ticket_count,
        sum(days.breached_ticket_count)::bigint as breached_ticket_count
    from {{ ref('int_complaint__supplier_days') }} as days
    cross join kinds
    group by days.supplier_id, kinds.period_kind_code, date_trunc(kinds.period_kind_code, days.utc_date::timestamp)
),

periods as (
    select
        firsts.supplier_id,
        firsts.period_kind_code,
        generated.period_at,
        generated.period_at::date as period_from,
        (generated.period_at + kinds.length)::date as period_to
    from (
        select
            supplier_id,
            period_kind_code,
            min(period_at) as first_at
        from counts
        group by supplier_id, period_kind_code
    ) as firsts
    inner join kinds
        on firsts.period_kind_code = kinds.period_kind_code
    cross join {{ ref('stg_ops__run') }} as run
    cross join lateral generate_series(firsts.first_at, run.as_of at time zone 'UTC', kinds.length) as generated (period_at)
)

select
    {{ surrogate_key(['periods.supplier_id', 'periods.period_kind_code', 'periods.period_from']) }} as complaint_rate_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    periods.supplier_id,
    periods.period_kind_code,
    periods.period_from,
    periods.period_to,
    periods.period_to::timestamp at time zone 'UTC' <= run.as_of as is_period_complete,
    coalesce(counts.complaint_count, 0) as complaint_count,
    coalesce(counts.justified_complaint_count, 0) as justified_complaint_count,
    coalesce(counts.undecided_complaint_count, 0) as undecided_complaint_count,
    coalesce(counts.ticket_count, 0) as ticket_count,
    round(counts.complaint_count * 1000.0 / nullif(counts.ticket_count, 0), 3) as complaints_per_1000,
    round(counts.justified_complaint_count * 1000.0 / nullif(counts.ticket_count, 0), 3) as justified_complaints_per_1000,
    coalesce(counts.breached_ticket_count, 0) as breached_ticket_count,
    round(counts.breached_ticket_count * 1000.0 / nullif(counts.ticket_count, 0), 3) as breached_tickets_per_1000,
    case when coalesce(counts.ticket_count, 0) = 0 then 'no_data' else 'counted' end as status_code,
    run.as_of
from periods
cross join {{ ref('stg_ops__run') }} as run
left join counts
    on
        periods.supplier_id = counts.supplier_id
        and periods.period_kind_code = counts.period_kind_code
        and periods.period_at = counts.period_at
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        periods.supplier_id = suppliers.supplier_id
        and suppliers.is_current
