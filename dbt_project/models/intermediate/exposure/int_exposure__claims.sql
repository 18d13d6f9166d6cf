-- Grain: one row per penalty line that owes, or waits for its fee, under a contract whose penalties must be claimed by a date
select
    lines.contract_id,
    lines.contract_key,
    lines.supplier_id,
    lines.supplier_key,
    lines.penalty_term_id,
    lines.service_level_id,
    lines.clause,
    lines.penalty_kind,
    lines.period_month,
    lines.currency_code,
    case when lines.status_code <> 'fee_missing' then lines.owed_amount end as owed_amount,
    lines.status_code as penalty_status_code,
    contracts.time_zone,
    dated.last_claim_date,
    {{ local_midnight('dated.last_claim_date + 1', 'contracts.time_zone') }} as lapses_at
from {{ ref('int_penalty__lines_settled') }} as lines
inner join {{ ref('int_register__contract_versions') }} as contracts
    on lines.contract_key = contracts.contract_key
cross join
    lateral (
        select (lines.period_month + interval '1 month' - interval '1 day')::date + contracts.claim_within_days as last_claim_date
    ) as dated
where
    contracts.claim_within_days is not null
    and (lines.owed_amount > 0 or lines.status_code = 'fee_missing')
