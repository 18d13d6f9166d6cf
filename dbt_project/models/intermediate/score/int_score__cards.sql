-- Grain: one row per supplier, kind of period and period that has begun, with the terms of its scorecard
with contracted as (
    select
        supplier_id,
        min(period_month)::timestamp as first_month_at
    from {{ ref('int_period__months') }}
    group by supplier_id
),

periods as (
    select
        contracted.supplier_id,
        suppliers.supplier_key,
        suppliers.category_code,
        kinds.period_kind_code,
        generated.starts_at::date as period_from,
        (generated.starts_at + kinds.length)::date as period_to,
        (generated.starts_at - kinds.length)::date as previous_period_from,
        -- Its last month, of a running period the month of the run: months are so much older than this one.
        least(
            generated.starts_at + kinds.length - interval '1 month', date_trunc('month', run.as_of at time zone 'UTC')
        )::date as last_month,
        (generated.starts_at + kinds.length) at time zone 'UTC' <= run.as_of as is_period_complete
    from contracted
    cross join {{ ref('stg_ops__run') }} as run
    cross join
        (
            values ('month', interval '1 month'), ('quarter', interval '3 months'), ('year', interval '1 year')
        ) as kinds (period_kind_code, length)
    cross join
        lateral generate_series(
            date_trunc(kinds.period_kind_code, contracted.first_month_at),
            date_trunc(kinds.period_kind_code, run.as_of at time zone 'UTC'),
            kinds.length
        ) as generated (starts_at)
    -- In force on the first day, else the first one that came later, else the last one.
    cross join lateral (
        select
            versions.supplier_key,
            versions.category_code
        from {{ ref('int_register__supplier_versions') }} as versions
        where versions.supplier_id = contracted.supplier_id
        order by
            (versions.valid_to <= generated.starts_at at time zone 'UTC'),
            case when versions.valid_to <= generated.starts_at at time zone 'UTC' then versions.valid_to end desc,
            versions.valid_from
        limit 1
    ) as suppliers
),

terms as (
    select
        scorecard_terms.*,
        {{ effective_valid_to(['period_kind', 'supplier_category_code']) }} as effective_to
    from {{ ref('stg_contract_register__scorecard_terms') }} as scorecard_terms
)

select
    periods.*,
    -- Of a single month there is nothing to put together.
    case when periods.period_kind_code = 'month' then 'pooled' else coalesce(of_card.combine_policy, 'pooled') end
        as combine_policy,
    coalesce(of_card.month_weight_ratio, 1) as month_weight_ratio,
    of_card.fade_out_months,
    coalesce(of_card.minimum_case_count, 1) as minimum_case_count,
    -- Days are counted from the last day of the period.
    periods.period_to - 1 + of_card.publish_after_days as publish_due_date
from periods
left join lateral (
    select terms.*
    from terms
    where
        terms.period_kind = periods.period_kind_code
        and periods.period_from >= terms.valid_from
        and periods.period_from < terms.effective_to
        and (terms.supplier_category_code is null or terms.supplier_category_code = periods.category_code)
    order by terms.supplier_category_code is null
    limit 1
) as of_card on true
