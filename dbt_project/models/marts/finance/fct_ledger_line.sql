-- Grain: one row per ledger line, with how far it has come on its way to finance
{{ config(materialized='view') }}
-- A view, because the night's own lines are posted after the build, in the transaction that shows it to readers.
select
    {{ surrogate_key(['lines.line_number']) }} as ledger_line_key,
    {{ surrogate_key(['lines.contract_id', 'lines.penalty_term_id', 'lines.period_month']) }} as penalty_key,
    coalesce(states.contract_key, 'not_applicable') as contract_key,
    lines.line_number,
    lines.publication_id,
    lines.line_kind,
    lines.corrects_line_number,
    lines.contract_id,
    lines.detail ->> 'supplier_id' as supplier_id,
    lines.penalty_term_id,
    lines.detail ->> 'service_level_id' as service_level_id,
    lines.detail ->> 'clause' as clause,
    lines.detail ->> 'penalty_kind' as penalty_kind,
    lines.period_month,
    lines.accounting_period,
    lines.currency_code,
    lines.amount,
    lines.owed_amount,
    lines.detail ->> 'tax_treatment_code' as tax_treatment_code,
    lines.detail ->> 'cost_centre' as cost_centre,
    lines.detail ->> 'gl_account' as gl_account,
    states.state_code,
    states.waiting_code,
    states.is_disputed,
    states.is_released,
    states.approval_policy,
    states.proposed_at,
    states.objection_ends_at,
    states.approved_at,
    states.extract_number,
    states.document_number,
    states.acknowledged_at,
    states.as_of,
    lines.line_hash,
    states.receiver_code
from {{ ref('stg_finance__ledger_lines') }} as lines
inner join {{ ref('int_settlement__line_states') }} as states
    on lines.line_number = states.line_number
