-- Grain: one row per line of an extract, and one per line that finance answered although no extract carries it
{{ config(materialized='view') }}
-- A view: extracts are numbered after the night has been published, and readers should find them here the same morning.
with answers as (
    select distinct on (acknowledgements.receiver_code, acknowledgements.extract_number, acknowledgements.line_number)
        acknowledgements.receiver_code,
        acknowledgements.extract_number,
        acknowledgements.line_number,
        acknowledgements.status_code,
        acknowledgements.document_number,
        acknowledgements.amount,
        acknowledgements.reason,
        acknowledgements.acknowledged_at,
        acknowledgements._source_file,
        acknowledgements._source_row_number
    from {{ ref('stg_accounts_payable__acknowledgements') }} as acknowledgements
    inner join {{ ref('stg_ops__run') }} as run
        on acknowledgements.acknowledged_at <= run.as_of
    order by
        acknowledgements.receiver_code,
        acknowledgements.extract_number,
        acknowledgements.line_number,
        acknowledgements.acknowledged_at desc,
        acknowledgements._delivery_id desc,
        acknowledgements._source_row_number desc
),

compared as (
    select
        extracted.attempt_number,
        extracted.is_newest_attempt,
        extracted.currency_code,
        extracted.as_of as extracted_as_of,
        extracted.detail,
        extracted.amount as extracted_amount,
        answers.status_code,
        answers.document_number,
        answers.reason,
        answers.acknowledged_at,
        answers._source_file,
        answers._source_row_number,
        coalesce(extracted.receiver_code, answers.receiver_code) as receiver_code,
        coalesce(extracted.extract_number, answers.extract_number) as extract_number,
        coalesce(extracted.line_number, answers.line_number) as line_number,
        case
            when answers.status_code in ('accepted', 'paid') then coalesce(answers.amount, extracted.amount)
        end as acknowledged_amount
    from {{ ref('stg_finance__extract_lines') }} as extracted
    full join answers
        on
            extracted.receiver_code = answers.receiver_code
            and extracted.extract_number = answers.extract_number
            and extracted.line_number = answers.line_number
),

judged as (
    select
        compared.*,
        case
            when attempt_number is null then 'unknown_line'
            when not is_newest_attempt and coalesce(status_code, 'rejected') = 'rejected' then 'resent'
            when not is_newest_attempt then 'booked_twice'
            when status_code is null then 'waiting'
            when acknowledged_amount <> extracted_amount then 'difference'
            else status_code
        end as state_code
    from compared
)

select
    receiver_code || '/' || extract_number || '/' || line_number as extract_line_key,
    receiver_code,
    extract_number::bigint as extract_number,
    line_number::bigint as line_number,
    attempt_number::integer as attempt_number,
    detail ->> 'contract_id' as contract_id,
    detail ->> 'supplier_id' as supplier_id,
    detail ->> 'penalty_term_id' as penalty_term_id,
    (detail ->> 'period_month')::date as period_month,
    currency_code,
    extracted_amount::numeric(18, 2) as extracted_amount,
    status_code,
    acknowledged_amount::numeric(18, 2) as acknowledged_amount,
    state_code,
    -- A first attempt that went out again is carried by its newest; anything booked for it is booked too much.
    (
        case when state_code in ('resent', 'booked_twice', 'unknown_line') then 0 else extracted_amount end
        - coalesce(acknowledged_amount, 0)
    )::numeric(18, 2) as open_amount,
    state_code in ('accepted', 'paid', 'resent') as is_reconciled,
    document_number,
    reason,
    acknowledged_at,
    extracted_as_of,
    detail ->> 'cost_centre' as cost_centre,
    detail ->> 'gl_account' as gl_account,
    detail ->> 'tax_treatment_code' as tax_treatment_code,
    detail ->> 'vendor_number' as vendor_number,
    _source_file,
    _source_row_number::bigint as _source_row_number
from judged
