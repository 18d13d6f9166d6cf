-- Grain: one row per ledger line that an extract has carried by the run, with the run of the first that did
select
    lines.line_number,
    lines.contract_id,
    lines.penalty_term_id,
    lines.period_month,
    lines.currency_code,
    lines.amount,
    min(carried.as_of) as handed_over_as_of
from {{ source('finance', 'ledger_line') }} as lines
inner join {{ ref('stg_finance__extract_lines') }} as carried
    on lines.line_number = carried.line_number
cross join {{ ref('stg_ops__run') }} as run
where carried.as_of <= run.as_of
group by lines.line_number, lines.contract_id, lines.penalty_term_id, lines.period_month, lines.currency_code, lines.amount
