-- Grain: one row per accounting period, supplier, contract and currency, from its first movement up to the run
-- A view: lines, extracts and closings are finance's books, which change after the night is built.
{{ config(materialized='view') }}
{%- set zone = "'" ~ env_var('SUPPLIER_SLA_FINANCE_TIME_ZONE', '') | replace("'", "''") | default('UTC', true) ~ "'" %}
{%- set kinds = {'initial': 'new', 'adjustment': 'adjustment', 'earn_back': 'earn_back', 'dispute': 'dispute', 'waiver': 'waiver'} %}
{%- set flows = kinds.values() | list + ['paid', 'extracted', 'accepted', 'rejected'] %}
with lines as (
    select
        line_number,
        coalesce(detail ->> 'supplier_id', 'unknown') as supplier_id,
        contract_id,
        currency_code,
        accounting_period,
        line_kind,
        amount
    from {{ ref('stg_finance__ledger_lines') }}
),

extracted as (
    select
        extract_lines.extract_number,
        extract_lines.line_number,
        extracts.as_of
    from {{ ref('stg_finance__extract_lines') }} as extract_lines
    inner join {{ ref('stg_finance__extracts') }} as extracts
        on extract_lines.extract_number = extracts.extract_number
),

-- Finance may say the same of a line several times: its newest word of each kind counts.
answered as (
    select distinct on (answers.extract_number, answers.line_number, answers.status_code)
        answers.line_number,
        answers.status_code,
        answers.amount,
        answers.acknowledged_at
    from {{ ref('stg_accounts_payable__acknowledgements') }} as answers
    inner join extracted
        on
            answers.extract_number = extracted.extract_number
            and answers.line_number = extracted.line_number
    order by answers.extract_number, answers.line_number, answers.status_code, answers.acknowledged_at desc
),

movements as (
    select
        supplier_id,
        contract_id,
        currency_code,
        accounting_period,
        case line_kind
            {%- for line_kind, flow in kinds.items() %}
            when '{{ line_kind }}' then '{{ flow }}'
            {%- endfor %}
        end as flow,
        amount
    from lines
    union all
    select
        lines.supplier_id,
        lines.contract_id,
        lines.currency_code,
        date_trunc('month', extracted.as_of at time zone {{ zone }})::date as accounting_period,
        'extracted' as flow,
        lines.amount
    from extracted
    inner join lines
        on extracted.line_number = lines.line_number
    union all
    select
        lines.supplier_id,
        lines.contract_id,
        lines.currency_code,
        date_trunc('month', answered.acknowledged_at at time zone {{ zone }})::date as accounting_period,
        answered.status_code as flow,
        coalesce(answered.amount, lines.amount) as amount
    from answered
    inner join lines
        on answered.line_number = lines.line_number
),

closed as (
    select max(accounting_period) as closed_period
    from {{ ref('stg_finance__accounting_periods') }}
),

-- What was sealed stays as it was. What is said of a closed month later counts in the first open one: all that is known
-- up to it, less what was sealed.
counted as (
    select
        movements.supplier_id,
        movements.contract_id,
        movements.currency_code,
        greatest(movements.accounting_period, (closed.closed_period + interval '1 month')::date) as accounting_period,
        movements.flow,
        movements.amount
    from movements
    cross join closed
    {%- for flow in flows %}
    union all
    select
        sealed.supplier_id,
        sealed.contract_id,
        sealed.currency_code,
        taken.accounting_period,
        '{{ flow }}' as flow,
        taken.sign * sealed.{{ flow }}_amount as amount
    from {{ ref('stg_finance__accounting_period_movements') }} as sealed
    cross join closed
    cross join
        lateral (
            values (sealed.accounting_period, 1), ((closed.closed_period + interval '1 month')::date, -1)
        ) as taken (accounting_period, sign)
    {%- endfor %}
),

periods as (
    select
        keys.supplier_id,
        keys.contract_id,
        keys.currency_code,
        generated.month_at::date as accounting_period
    from (
        select
            counted.supplier_id,
            counted.contract_id,
            counted.currency_code,
            min(counted.accounting_period) as first_period
        from counted
        where counted.amount <> 0
        group by counted.supplier_id, counted.contract_id, counted.currency_code
    ) as keys
    cross join {{ ref('stg_ops__run') }} as run
    cross join closed
    cross join
        lateral generate_series(
            keys.first_period::timestamp,
            greatest(
                date_trunc('month', run.as_of at time zone {{ zone }}),
                closed.closed_period + interval '1 month',
                (select max(newest.accounting_period) from counted as newest)
            ),
            interval '1 month'
        ) as generated (month_at)
),

summed as (
    select
        periods.supplier_id,
        periods.contract_id,
        periods.currency_code,
        periods.accounting_period,
        {%- for flow in flows %}
        coalesce(sum(counted.amount) filter (where counted.flow = '{{ flow }}'), 0) as {{ flow }}_amount{{ ',' if not loop.last }}
        {%- endfor %}
    from periods
    left join counted
        on
            periods.supplier_id = counted.supplier_id
            and periods.contract_id = counted.contract_id
            and periods.currency_code = counted.currency_code
            and periods.accounting_period = counted.accounting_period
    group by periods.supplier_id, periods.contract_id, periods.currency_code, periods.accounting_period
),

balanced as (
    select
        summed.*,
        sum({% for flow in kinds.values() %}{{ flow }}_amount + {% endfor %}0 - paid_amount) over (
            partition by supplier_id, contract_id, currency_code
            order by accounting_period
        ) as closing_amount
    from summed
),

disputed as (
    select
        lines.supplier_id,
        lines.contract_id,
        lines.currency_code,
        lines.accounting_period,
        sum(lines.amount) as amount
    from lines
    inner join {{ ref('int_settlement__line_states') }} as states
        on lines.line_number = states.line_number
    where states.is_disputed
    group by lines.supplier_id, lines.contract_id, lines.currency_code, lines.accounting_period
)

select
    {{ surrogate_key(['balanced.accounting_period', 'balanced.supplier_id', 'balanced.contract_id', 'balanced.currency_code']) }}
        as ledger_roll_forward_key,
    balanced.accounting_period,
    balanced.accounting_period <= closed.closed_period as is_closed,
    balanced.supplier_id,
    balanced.contract_id,
    balanced.currency_code,
    lag(balanced.closing_amount, 1, 0) over (
        partition by balanced.supplier_id, balanced.contract_id, balanced.currency_code
        order by balanced.accounting_period
    )::numeric(18, 2) as opening_amount,
    {%- for flow in flows[:6] %}
    balanced.{{ flow }}_amount::numeric(18, 2) as {{ flow }}_amount,
    {%- endfor %}
    balanced.closing_amount::numeric(18, 2) as closing_amount,
    balanced.extracted_amount::numeric(18, 2) as extracted_amount,
    balanced.accepted_amount::numeric(18, 2) as accepted_amount,
    balanced.rejected_amount::numeric(18, 2) as rejected_amount,
    coalesce(
        sealed.open_dispute_amount,
        (
            select sum(disputed.amount)
            from disputed
            where
                disputed.supplier_id = balanced.supplier_id
                and disputed.contract_id = balanced.contract_id
                and disputed.currency_code = balanced.currency_code
                and disputed.accounting_period <= balanced.accounting_period
        ),
        0
    )::numeric(18, 2) as open_dispute_amount
from balanced
cross join closed
left join {{ ref('stg_finance__accounting_period_movements') }} as sealed
    on
        balanced.accounting_period = sealed.accounting_period
        and balanced.supplier_id = sealed.supplier_id
        and balanced.contract_id = sealed.contract_id
        and balanced.currency_code = sealed.currency_code
