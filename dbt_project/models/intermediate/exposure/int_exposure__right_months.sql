-- Grain: one row per termination right and ended month in which it is in force, with what the right is judged by in that month alone
with rights as (
    select
        months.contract_id,
        months.contract_key,
        months.supplier_id,
        months.supplier_key,
        months.currency_code,
        months.period_month,
        terms.penalty_term_id,
        terms.penalty_term_key,
        terms.service_level_id,
        terms.clause,
        terms.right_basis,
        terms.fee_ratio,
        terms.fee_basis,
        terms.attainment_to,
        terms.window_months,
        coalesce(terms.failures_needed, 1) as failures_needed,
        terms.failure_months,
        terms.notice_days,
        terms.notice_basis
    from {{ ref('int_period__months') }} as months
    inner join {{ ref('int_register__penalty_term_versions') }} as terms
        on
            months.contract_id = terms.contract_id
            and months.period_month >= terms.valid_from
            and months.period_month < terms.valid_to
    where
        months.is_in_force
        and months.is_complete
        and terms.penalty_kind = 'termination_right'
),

-- Counts of the window are added up; ratios are never averaged.
attained as (
    select
        rights.contract_id,
        rights.penalty_term_id,
        rights.period_month,
        sum(level_months.measured_count) as measured_count,
        {{ sum_of_months('level_months.attained_quantity') }} / nullif(sum(level_months.measured_quantity), 0) as attainment_ratio
    from rights
    inner join {{ ref('int_penalty__level_months') }} as level_months
        on
            rights.contract_id = level_months.contract_id
            and rights.service_level_id = level_months.service_level_id
            and rights.period_month >= level_months.period_month
            and {{ months_before('rights.period_month', 'rights.window_months - 1') }} <= level_months.period_month
    group by rights.contract_id, rights.penalty_term_id, rights.period_month
),

-- What was carried forward is charged, and counted here, in the period that closes the group.
charged as (
    select
        rights.contract_id,
        rights.penalty_term_id,
        rights.period_month,
        coalesce(sum(lines.multiplied_amount) filter (where not lines.is_carried_forward), 0) as before_caps_amount,
        coalesce(sum(lines.after_monthly_cap_amount), 0) as after_monthly_cap_amount,
        coalesce(bool_or(lines.is_waiting_for_fee), false) as is_any_line_waiting
    from rights
    left join {{ ref('int_penalty__lines_capped') }} as lines
        on
            rights.contract_id = lines.contract_id
            and rights.period_month = lines.period_month
            and (rights.service_level_id is null or rights.service_level_id = lines.service_level_id)
    group by rights.contract_id, rights.penalty_term_id, rights.period_month
),

gathered as (
    select
        rights.*,
        attained.measured_count,
        attained.attainment_ratio,
        attained.measured_count >= greatest(level_months.minimum_sample, 1) as has_sample,
        level_months.attainment_target,
        coalesce(level_months.target_direction, 'at_least') as target_direction,
        charged.before_caps_amount,
        charged.after_monthly_cap_amount,
        charged.is_any_line_waiting,
        fees.fee_amount,
        caps.cap_amount,
        coalesce(caps.is_fee_missing, false) as is_cap_without_fee
    from rights
    inner join charged
        on
            rights.contract_id = charged.contract_id
            and rights.penalty_term_id = charged.penalty_term_id
            and rights.period_month = charged.period_month
    left join attained
        on
            rights.contract_id = attained.contract_id
            and rights.penalty_term_id = attained.penalty_term_id
            and rights.period_month = attained.period_month
    left join {{ ref('int_penalty__level_months') }} as level_months
        on
            rights.contract_id = level_months.contract_id
            and rights.service_level_id = level_months.service_level_id
            and rights.period_month = level_months.period_month
    left join {{ ref('int_penalty__monthly_fees') }} as fees
        on
            rights.contract_id = fees.contract_id
            and rights.period_month = fees.period_month
            and rights.fee_basis = fees.fee_basis
            and (rights.fee_basis = 'contract' or level_months.service_code = fees.service_code)
    left join {{ ref('int_penalty__caps') }} as caps
        on
            rights.contract_id = caps.contract_id
            and rights.period_month = caps.period_month
            and caps.cap_kind = 'monthly_cap'
),

compared as (
    select
        gathered.*,
        case right_basis
            when 'fee_share' then fee_ratio
            when 'attainment' then attainment_to
            when 'failures' then attainment_target
            when 'cap_reached' then 1
        end as threshold_ratio,
        case right_basis when 'fee_share' then before_caps_amount when 'cap_reached' then after_monthly_cap_amount end as observed_amount,
        case right_basis when 'fee_share' then fee_amount when 'cap_reached' then cap_amount end as base_amount
    from gathered
),

judged as (
    select
        compared.*,
        case
            when right_basis in ('fee_share', 'cap_reached')
                -- Amounts are compared, not their rounded ratio. A cap of nothing is not reached by nothing.
                then base_amount > 0 and observed_amount >= threshold_ratio * base_amount
            else has_sample and {{ misses_target('attainment_ratio', 'threshold_ratio', 'target_direction') }}
        end as is_known_failure
    from compared
)

select
    contract_id,
    contract_key,
    supplier_id,
    supplier_key,
    currency_code,
    period_month,
    penalty_term_id,
    penalty_term_key,
    service_level_id,
    clause,
    right_basis,
    window_months,
    failures_needed,
    failure_months,
    notice_days,
    notice_basis,
    threshold_ratio,
    case
        when right_basis in ('fee_share', 'cap_reached') then observed_amount / nullif(base_amount, 0)
        else attainment_ratio
    end as observed_ratio,
    observed_amount,
    base_amount,
    case when right_basis in ('attainment', 'failures') then coalesce(measured_count, 0) end as measured_count,
    coalesce(is_known_failure, false) as is_failed,
    -- Lines that wait for a fee could still reach it.
    not coalesce(is_known_failure, false)
    and case right_basis
        when 'fee_share' then fee_amount is null or is_any_line_waiting
        when 'cap_reached' then is_cap_without_fee or (is_any_line_waiting and cap_amount is not null)
        else false
    end as is_fee_missing
from judged
