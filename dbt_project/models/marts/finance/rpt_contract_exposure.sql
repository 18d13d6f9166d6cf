-- Grain: one row per contract, cap and period of the cap (month or contract year), and one per contract and month without any cap
with used as (
    select
        periods.contract_id,
        periods.cap_kind,
        periods.cap_scope,
        periods.period_from,
        sum(spent.amount) as used_amount,
        sum(spent.amount) filter (where not lines.is_complete) as provisional_amount,
        count(*) filter (where lines.is_waiting_for_fee) as waiting_line_count
    from {{ ref('int_exposure__cap_periods') }} as periods
    inner join {{ ref('int_exposure__lines_so_far') }} as lines
        on
            periods.contract_id = lines.contract_id
            and periods.period_from <= lines.period_month
            and periods.period_to > lines.period_month
    -- A cap is used up by what the caps before it have left.
    cross join
        lateral (
            select
                case periods.cap_kind
                    when 'level_cap' then lines.after_level_cap_amount
                    when 'pool_cap' then lines.after_pool_cap_amount
                    when 'monthly_cap' then lines.after_monthly_cap_amount
                    else lines.after_yearly_cap_amount
                end as amount,
                case periods.cap_kind when 'level_cap' then lines.service_level_id when 'pool_cap' then lines.pool_code end as scope
        ) as spent
    where periods.cap_scope is not distinct from spent.scope
    group by periods.contract_id, periods.cap_kind, periods.cap_scope, periods.period_from
),

-- The order of these branches is the precedence of the states.
stated as (
    select
        periods.*,
        coalesce(used.used_amount, 0) as used_amount,
        coalesce(used.provisional_amount, 0) as provisional_amount,
        coalesce(used.waiting_line_count, 0) as waiting_line_count,
        case
            when periods.cap_kind is null then 'no_cap'
            when periods.cap_amount is null then 'fee_missing'
            when coalesce(used.used_amount, 0) >= periods.cap_amount then 'reached'
            else 'within'
        end as state_code
    from {{ ref('int_exposure__cap_periods') }} as periods
    left join used
        on
            periods.contract_id = used.contract_id
            and periods.cap_kind is not distinct from used.cap_kind
            and periods.cap_scope is not distinct from used.cap_scope
            and periods.period_from = used.period_from
)

select
    {{ surrogate_key(['stated.contract_id', 'stated.cap_kind', 'stated.cap_scope', 'stated.period_from']) }} as contract_exposure_key,
    stated.contract_key,
    stated.supplier_key,
    stated.contract_id,
    stated.supplier_id,
    stated.cap_kind as cap_kind_code,
    kinds.label as cap_kind_name,
    kinds.label_zh as cap_kind_name_zh,
    case when stated.cap_kind = 'level_cap' then stated.cap_scope end as service_level_id,
    case when stated.cap_kind = 'pool_cap' then stated.cap_scope end as pool_code,
    stated.cap_clause as clause,
    stated.period_from,
    stated.period_to,
    stated.is_current,
    stated.currency_code,
    stated.cap_amount::numeric(18, 2) as cap_amount,
    stated.used_amount::numeric(18, 2) as used_amount,
    stated.provisional_amount::numeric(18, 2) as provisional_amount,
    (stated.cap_amount::numeric(18, 2) - stated.used_amount::numeric(18, 2))::numeric(18, 2) as left_amount,
    stated.used_amount / nullif(stated.cap_amount, 0) as used_ratio,
    stated.waiting_line_count,
    stated.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    run.as_of
from stated
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('penalty_kind') }} as kinds
    on stated.cap_kind = kinds.code
inner join {{ ref('cap_state') }} as states
    on stated.state_code = states.code
