-- Grain: one row per contract and calendar year (in the contract's zone) in which formal notices were issued
select
    contracts.contract_id,
    extract(year from notices.issued_at at time zone contracts.time_zone)::integer as assessment_year,
    count(*)::integer as notice_count
from {{ ref('int_notice__issued') }} as notices
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_register__contracts_latest') }} as contracts
    on
        notices.contract_id = contracts.contract_id
        -- One that speaks for no contract speaks for each.
        or (notices.contract_id is null and notices.supplier_id = contracts.supplier_id)
where
    notices.notice_kind = 'formal_notice'
    and notices.issued_at <= run.as_of
group by contracts.contract_id, extract(year from notices.issued_at at time zone contracts.time_zone)
