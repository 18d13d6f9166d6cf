-- Weeks, months and years of rpt_complaint_rate hold each complaint once; the months are those that scores are given.
with counted as (
    select
        supplier_id,
        period_kind_code,
        sum(complaint_count) as complaint_count,
        sum(ticket_count) as ticket_count
    from {{ ref('rpt_complaint_rate') }}
    group by supplier_id, period_kind_code
),

complaints as (
    select
        supplier_id,
        count(*) as complaint_count
    from {{ ref('fct_complaint') }}
    group by supplier_id
),

scored as (
    select
        supplier_id,
        sum(numerator) / 1000 as complaint_count,
        sum(denominator) as ticket_count
    from {{ ref('int_score__complaint_months') }}
    group by supplier_id
)

select
    coalesce(complaints.supplier_id, counted.supplier_id) as supplier_id,
    counted.period_kind_code,
    complaints.complaint_count,
    counted.complaint_count as counted_count
from counted
full join complaints
    on counted.supplier_id = complaints.supplier_id
left join scored
    on counted.supplier_id = scored.supplier_id
where
    counted.complaint_count is distinct from coalesce(complaints.complaint_count, 0)
    or (
        counted.supplier_id <> 'unknown'
        and (counted.complaint_count is distinct from scored.complaint_count or counted.ticket_count is distinct from scored.ticket_count)
    )
