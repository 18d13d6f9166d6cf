-- Grain: one row per contract and month from its start to the run, with the contract version that speaks for the month
with months as (
    select
        versions.*,
        generated.month_at::date as period_month,
        generated.month_at at time zone versions.time_zone as month_from,
        (generated.month_at + interval '1 month') at time zone versions.time_zone as month_to
    from {{ ref('int_register__contract_versions') }} as versions
    cross join {{ ref('stg_ops__run') }} as run
    cross join
        lateral generate_series(
            date_trunc('month', versions.valid_from at time zone versions.time_zone),
            date_trunc('month', run.as_of at time zone versions.time_zone),
            interval '1 month'
        ) as generated (month_at)
),

-- The version in force on the first day, else the first that came later in the month, else the last one before it.
speaking as (
    select distinct on (contract_id, period_month)
        *,
        valid_to > month_from as is_in_force,
        -- The month of the contract year, from 1.
        (extract(month from period_month)::integer - extract(month from year_starts_on)::integer + 12) % 12 + 1
            as contract_month_number
    from months
    order by
        contract_id,
        period_month,
        valid_to > month_from desc,
        case when valid_to > month_from then valid_from end,
        valid_from desc
)

select
    speaking.contract_id,
    speaking.contract_key,
    speaking.supplier_id,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    speaking.currency_code,
    speaking.time_zone,
    speaking.period_month,
    (speaking.period_month - make_interval(months => speaking.contract_month_number - 1))::date as contract_year_from,
    speaking.contract_month_number,
    -- Clauses are those in force on the first day of the month, or on the first day of a contract that begins within it.
    greatest(speaking.period_month, (beginnings.first_valid_from at time zone speaking.time_zone)::date) as terms_on,
    beginnings.last_valid_to <= speaking.month_to as is_last_month,
    speaking.month_from,
    speaking.month_to,
    speaking.is_in_force,
    speaking.month_to <= run.as_of as is_complete
from speaking
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_register__contracts_latest') }} as beginnings
    on speaking.contract_id = beginnings.contract_id
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        speaking.supplier_id = suppliers.supplier_id
        and greatest(speaking.month_from, speaking.valid_from) >= suppliers.valid_from
        and greatest(speaking.month_from, speaking.valid_from) < suppliers.valid_to
