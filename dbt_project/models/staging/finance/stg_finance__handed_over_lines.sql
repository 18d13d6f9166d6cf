-- Grain: one row per ledger line that an extract has carried by the run, with the run of the first that did
select
    lines.line_number,
    lines.contract_id,
    lines.penalty_term_id,
    lines.period_month,
    lines.currency_code,
    lines.amount,
    min(extracts.as_of) as handed_over_as_of
from {{ source('finance', 'ledger_line') }} as lines
inner join {{ source('finance', 'extract_line') }} as extract_lines
    on lines.line_number = extract_lines.line_number
inner join {{ source('finance', 'extract') }} as extracts
    on extract_lines.extract_number = extracts.extract_number
cross join {{ ref('stg_ops__run') }} as run
where extracts.as_of <= run.as_of
group by lines.line_number, lines.contract_id, lines.penalty_term_id, lines.period_month, lines.currency_code, lines.amount
