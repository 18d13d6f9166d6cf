-- Grain: one row per contract and calendar year in which it was in force, with the day by which the year is judged
with years as (
    select
        contracts.contract_id,
        contracts.time_zone,
        extract(year from generated.year_at)::integer as assessment_year,
        generated.year_at::date as year_from,
        (generated.year_at + interval '1 year')::date as year_to,
        {{ local_midnight('generated.year_at::date', 'contracts.time_zone') }} as year_from_at,
        {{ local_midnight("(generated.year_at + interval '1 year')::date", 'contracts.time_zone') }} as year_to_at,
        (run.as_of at time zone contracts.time_zone)::date as run_date,
        contracts.first_valid_from,
        contracts.last_valid_to
    from {{ ref('int_register__contracts_latest') }} as contracts
    cross join {{ ref('stg_ops__run') }} as run
    cross join
        lateral generate_series(
            date_trunc('year', contracts.first_valid_from at time zone contracts.time_zone),
            least(run.as_of, contracts.last_valid_to - interval '1 second') at time zone contracts.time_zone,
            interval '1 year'
        ) as generated (year_at)
)

-- Of several versions the last one of the year says whose contract it is.
select distinct on (years.contract_id, years.assessment_year)
    years.contract_id,
    versions.contract_key,
    versions.supplier_id,
    suppliers.category_code,
    years.time_zone,
    years.assessment_year,
    years.year_from,
    years.year_to,
    years.year_to <= years.run_date as is_period_complete,
    -- Rules are those of the first day of the year, or of a contract that begins within it.
    greatest(years.year_from, (years.first_valid_from at time zone years.time_zone)::date) as rules_on,
    least(
        years.year_to - 1,
        years.run_date,
        case when isfinite(years.last_valid_to) then (years.last_valid_to at time zone years.time_zone)::date - 1 end
    ) as judged_on,
    years.run_date
from years
inner join {{ ref('int_register__contract_versions') }} as versions
    on
        years.contract_id = versions.contract_id
        and years.year_from_at < versions.valid_to
        and years.year_to_at > versions.valid_from
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        versions.supplier_id = suppliers.supplier_id
        and suppliers.is_current
order by years.contract_id, years.assessment_year, versions.valid_from desc
