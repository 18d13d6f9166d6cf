-- Grain: one row per termination right and ended month in which it was assessed
with counted as (
    select
        right_months.*,
        (
            select count(*)
            from {{ ref('int_exposure__right_months') }} as past
            where
                past.contract_id = right_months.contract_id
                and past.penalty_term_id = right_months.penalty_term_id
                and past.is_failed
                and past.period_month between
                {{ months_before('right_months.period_month', 'right_months.failure_months - 1') }} and right_months.period_month
        ) as failed_months_count
    from {{ ref('int_exposure__right_months') }} as right_months
),

-- The right arises in a month that adds a failure to enough others; a month that adds none gives nothing new.
arisen as (
    select
        counted.*,
        is_failed and failed_months_count >= failures_needed as is_arisen,
        (period_month + interval '1 month' - interval '1 day')::date as month_end_date
    from counted
),

rows_of_months as (
    select
        arisen.*,
        count(*) filter (where not is_arisen) over (partition by contract_id, penalty_term_id order by period_month) as row_number
    from arisen
),

dated as (
    select
        rows_of_months.*,
        case
            when rows_of_months.is_arisen
                then min(rows_of_months.period_month) filter (where rows_of_months.is_arisen) over (
                    partition by rows_of_months.contract_id, rows_of_months.penalty_term_id, rows_of_months.row_number
                )
        end as arisen_month,
        case
            when not rows_of_months.is_arisen or rows_of_months.notice_days is null then null
            when rows_of_months.notice_basis = 'calendar_days' or rows_of_months.notice_days = 0
                then rows_of_months.month_end_date + rows_of_months.notice_days
            else {{ working_day_after(
                'contracts.objection_calendar_id', 'rows_of_months.month_end_date', 'rows_of_months.notice_days'
            ) | indent(12) }}
        end as last_notice_date,
        (run.as_of at time zone contracts.time_zone)::date as run_date,
        run.as_of
    from rows_of_months
    inner join {{ ref('int_register__contract_versions') }} as contracts
        on rows_of_months.contract_key = contracts.contract_key
    cross join {{ ref('stg_ops__run') }} as run
),

-- The order of these branches is the precedence of the states.
stated as (
    select
        dated.*,
        case
            when is_arisen and notice_days is not null and last_notice_date is null then 'open_undated'
            when is_arisen and run_date > last_notice_date then 'expired'
            when is_arisen then 'open'
            when is_fee_missing then 'fee_missing'
            when observed_ratio is null then 'no_data'
            else 'not_arisen'
        end as state_code
    from dated
)

select
    {{ surrogate_key(['stated.contract_id', 'stated.penalty_term_id', 'stated.period_month']) }} as termination_right_key,
    stated.contract_key,
    stated.supplier_key,
    stated.penalty_term_key,
    stated.contract_id,
    stated.supplier_id,
    stated.penalty_term_id,
    stated.service_level_id,
    stated.clause,
    stated.period_month,
    stated.right_basis as right_basis_code,
    bases.label as right_basis_name,
    bases.label_zh as right_basis_name_zh,
    stated.failures_needed,
    stated.failure_months,
    stated.window_months,
    stated.threshold_ratio,
    stated.observed_ratio,
    stated.observed_amount,
    stated.base_amount,
    stated.currency_code,
    stated.measured_count::bigint as measured_count,
    stated.is_failed,
    stated.failed_months_count::integer as failed_months_count,
    stated.is_arisen,
    stated.arisen_month,
    stated.notice_days,
    stated.notice_basis as notice_basis_code,
    stated.last_notice_date,
    stated.last_notice_date - stated.run_date as notice_days_left_count,
    stated.state_code,
    states.label as state_name,
    states.label_zh as state_name_zh,
    stated.as_of
from stated
inner join {{ ref('termination_right_basis') }} as bases
    on stated.right_basis = bases.code
inner join {{ ref('termination_right_state') }} as states
    on stated.state_code = states.code
