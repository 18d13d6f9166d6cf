-- Grain: one row per supplier, contract and month in which tickets of theirs were open
with holding_parties as (
    select
        parties.*,
        {{ effective_valid_to(['contract_id', 'state_code', 'reason_code']) }} as effective_to
    from {{ ref('stg_contract_register__holding_parties') }} as parties
),

-- What has not ended goes on up to the run.
running as (
    select
        held.supplier_id,
        held.contract_id,
        held.state_code,
        held.reason_code,
        generated.month_at::date as period_month,
        extract(
            epoch from
            least(date_trunc('second', run.as_of), (generated.month_at + interval '1 month') at time zone zones.time_zone)
            - greatest(held.running_from_at, generated.month_at at time zone zones.time_zone)
        )::bigint as held_seconds
    from {{ ref('int_fairness__held_times') }} as held
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_register__contracts_latest') }} as contracts
        on held.contract_id = contracts.contract_id
    cross join lateral (select coalesce(contracts.time_zone, 'UTC') as time_zone) as zones
    cross join
        lateral generate_series(
            date_trunc('month', held.running_from_at at time zone zones.time_zone),
            date_trunc('month', run.as_of at time zone zones.time_zone),
            interval '1 month'
        ) as generated (month_at)
    where held.running_from_at is not null
),

by_state as (
    select
        supplier_id,
        contract_id,
        state_code,
        reason_code,
        period_month,
        sum(held_seconds)::bigint as held_seconds
    from (
        select
            supplier_id,
            contract_id,
            state_code,
            reason_code,
            period_month,
            held_seconds
        from {{ ref('int_fairness__held_times') }}
        where period_month is not null
        union all
        select
            supplier_id,
            contract_id,
            state_code,
            reason_code,
            period_month,
            held_seconds
        from running
    ) as held
    group by supplier_id, contract_id, state_code, reason_code, period_month
),

-- Who a state waits for is what was agreed on the first day of the month.
by_party as (
    select
        by_state.*,
        {{ holding_party(
            'holding_parties',
            'by_state.contract_id',
            'by_state.state_code',
            'by_state.reason_code',
            'by_state.period_month'
        ) }} as party_code
    from by_state
),

added as (
    select
        supplier_id,
        contract_id,
        period_month,
        sum(held_seconds)::bigint as open_seconds,
        coalesce(sum(held_seconds) filter (where party_code = 'supplier'), 0)::bigint as supplier_seconds,
        coalesce(sum(held_seconds) filter (where party_code = 'customer'), 0)::bigint as customer_seconds,
        coalesce(sum(held_seconds) filter (where party_code = 'other'), 0)::bigint as other_seconds
    from by_party
    group by supplier_id, contract_id, period_month
)

select
    {{ surrogate_key(['added.supplier_id', 'added.contract_id', 'added.period_month']) }} as time_held_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(contracts.contract_key, 'not_applicable') as contract_key,
    added.supplier_id,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    added.contract_id,
    added.period_month,
    {{ local_midnight("(added.period_month + interval '1 month')::date", "coalesce(contracts.time_zone, 'UTC')") }} <= run.as_of
        as is_period_complete,
    added.open_seconds,
    added.supplier_seconds,
    added.customer_seconds,
    added.other_seconds,
    round(added.supplier_seconds::numeric / nullif(added.open_seconds, 0), 4) as supplier_ratio,
    round(added.customer_seconds::numeric / nullif(added.open_seconds, 0), 4) as customer_ratio,
    round(added.other_seconds::numeric / nullif(added.open_seconds, 0), 4) as other_ratio,
    run.as_of
from added
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__contracts_latest') }} as contracts
    on added.contract_id = contracts.contract_id
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        added.supplier_id = suppliers.supplier_id
        and suppliers.is_current
