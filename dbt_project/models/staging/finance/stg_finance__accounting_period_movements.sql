-- Grain: one row per closed accounting period, supplier, contract and currency
select
    accounting_period,
    supplier_id,
    contract_id,
    currency_code,
    opening_amount,
    new_amount,
    adjustment_amount,
    earn_back_amount,
    dispute_amount,
    waiver_amount,
    paid_amount,
    closing_amount,
    extracted_amount,
    accepted_amount,
    rejected_amount,
    open_dispute_amount
from {{ source('finance', 'accounting_period_movement') }}
