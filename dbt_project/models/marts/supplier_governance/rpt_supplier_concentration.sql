-- Grain: one row per month, service (and all of them), measure, currency and supplier with a part in it
with tickets as (
    select
        period_month,
        coalesce(service_code, 'unassigned') as service_code,
        supplier_id,
        count(*)::numeric as quantity
    from {{ ref('int_fairness__ticket_services') }}
    group by period_month, coalesce(service_code, 'unassigned'), supplier_id
    union all
    select
        period_month,
        'all' as service_code,
        supplier_id,
        count(*)::numeric as quantity
    from {{ ref('int_fairness__ticket_services') }}
    where is_first_service
    group by period_month, supplier_id
),

-- Of the months that have begun, and in the contract's own currency, as for penalties.
fees as (
    select
        months.period_month,
        months.currency_code,
        months.supplier_id,
        coalesce(fees.service_code, 'unassigned') as service_code,
        fees.fee_amount
    from {{ ref('stg_contract_register__fees') }} as fees
    inner join {{ ref('int_period__months') }} as months
        on
            fees.contract_id = months.contract_id
            and fees.fee_month = months.period_month
            and fees.currency_code = months.currency_code
),

quantities as (
    select
        period_month,
        service_code,
        'tickets' as measure_code,
        null::text as currency_code,
        supplier_id,
        quantity
    from tickets
    union all
    select
        fees.period_month,
        services.service_code,
        'fees' as measure_code,
        fees.currency_code,
        fees.supplier_id,
        sum(fees.fee_amount) as quantity
    from fees
    cross join lateral (values (fees.service_code), ('all')) as services (service_code)
    group by fees.period_month, services.service_code, fees.currency_code, fees.supplier_id
),

shares as (
    select
        quantities.*,
        sum(quantity) over together as total_quantity,
        quantity / nullif(sum(quantity) over together, 0) as share_ratio,
        rank() over (together order by quantity desc)::integer as supplier_rank,
        count(*) over together as supplier_count
    from quantities
    window together as (partition by period_month, service_code, measure_code, currency_code)
)

select
    {{ surrogate_key([
        'shares.period_month',
        'shares.service_code',
        'shares.measure_code',
        'shares.currency_code',
        'shares.supplier_id'
    ]) }} as supplier_concentration_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    shares.period_month,
    ((shares.period_month + interval '1 month') at time zone 'UTC') <= run.as_of as is_period_complete,
    shares.service_code,
    shares.measure_code,
    shares.currency_code,
    shares.supplier_id,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    shares.quantity,
    shares.total_quantity,
    round(shares.share_ratio, 6) as share_ratio,
    shares.supplier_rank,
    shares.supplier_count,
    -- Herfindahl-Hirschman index: the sum of squared shares, 1 for a single supplier.
    round(
        sum(shares.share_ratio ^ 2) over (
            partition by shares.period_month, shares.service_code, shares.measure_code, shares.currency_code
        ),
        6
    ) as concentration_index,
    run.as_of
from shares
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        shares.supplier_id = suppliers.supplier_id
        and suppliers.is_current
