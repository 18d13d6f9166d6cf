-- Grain: one row per contract, penalty clause and month, with what it will probably come to, at least and at most
-- Each line by itself is kept below every cap; what other lines leave of a cap is not known before they are settled.
with limited as (
    select
        ranges.*,
        {%- for amount in ('present', 'least', 'most') %}
        round(
            least(
                coalesce(ranges.{{ amount }}_amount, 0),
                ranges.level_cap_amount,
                ranges.pool_cap_amount,
                ranges.monthly_cap_amount,
                ranges.yearly_cap_amount,
                ranges.ruled_limit_amount,
                ranges.waived_limit_amount
            ),
            ranges.rounding_digits
        ) as payable_{{ amount }}_amount,
        {%- endfor %}
        disputed.is_whole is not null as is_disputed,
        case when disputed.is_whole then 'infinity' else coalesce(disputed.ticket_amount * ranges.multiplier, 0) end as disputed_amount
    from {{ ref('int_accrual__line_ranges') }} as ranges
    left join {{ ref('int_accrual__disputed_lines') }} as disputed
        on
            ranges.contract_id = disputed.contract_id
            and ranges.penalty_term_id = disputed.penalty_term_id
            and ranges.period_month = disputed.period_month
),

estimated as (
    select
        limited.*,
        case
            when limited.status_code in ('provisional', 'fee_missing') then limited.payable_present_amount
            when statuses.is_decided then limited.owed_amount
            else 0
        end as estimate_amount
    from limited
    inner join {{ ref('penalty_status') }} as statuses
        on limited.status_code = statuses.code
),

ranged as (
    select
        estimated.*,
        greatest(
            round(
                case when is_moving then least(estimate_amount, payable_least_amount) else estimate_amount end - disputed_amount,
                rounding_digits
            ),
            0
        ) as low_amount,
        case when is_moving then greatest(estimate_amount, payable_most_amount) else estimate_amount end as high_amount
    from estimated
)

select
    {{ surrogate_key(['ranged.contract_id', 'ranged.penalty_term_id', 'ranged.period_month']) }} as penalty_key,
    ranged.contract_key,
    ranged.supplier_key,
    ranged.contract_id,
    ranged.supplier_id,
    ranged.penalty_term_id,
    ranged.service_level_id,
    ranged.penalty_kind,
    ranged.period_month,
    ranged.currency_code,
    ranged.status_code,
    ranged.low_amount::numeric(18, 2) as low_amount,
    ranged.estimate_amount::numeric(18, 2) as estimate_amount,
    ranged.high_amount::numeric(18, 2) as high_amount,
    ranged.running_count::bigint as running_count,
    ranged.late_count::bigint as late_count,
    ranged.is_disputed,
    ranged.is_fee_missing and ranged.is_fee_assumed as is_fee_assumed,
    concat_ws(
        '; ',
        ranged.status_code,
        case when ranged.is_fee_missing then coalesce('fee taken as ' || ranged.base_fee_amount::text, 'no fee known') end,
        case
            when ranged.running_count > 0
                then
                    ranged.running_count::text || ' running, attainment '
                    || trim_scale(round(ranged.lowest_ratio, 4))::text || ' to ' || trim_scale(round(ranged.highest_ratio, 4))::text
        end,
        case when ranged.late_count > 0 then ranged.late_count::text || ' late and still running' end,
        case when ranged.is_disputed then 'disputed' end
    ) as arithmetic,
    run.as_of
from ranged
cross join {{ ref('stg_ops__run') }} as run
