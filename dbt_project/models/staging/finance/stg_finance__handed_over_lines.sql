-- Grain: one row per ledger line that an extract has carried by the run, with the run of the first that did
with carried as (
    select
        extract_lines.line_number,
        extracts.as_of
    from {{ source('finance', 'extract_line') }} as extract_lines
    -- An extract is known by its number and, where there are several, its receiver: by whatever the two tables share.
    natural inner join {{ source('finance', 'extract') }} as extracts
)

select
    lines.line_number,
    lines.contract_id,
    lines.penalty_term_id,
    lines.period_month,
    lines.currency_code,
    lines.amount,
    min(carried.as_of) as handed_over_as_of
from {{ source('finance', 'ledger_line') }} as lines
inner join carried
    on lines.line_number = carried.line_number
cross join {{ ref('stg_ops__run') }} as run
where carried.as_of <= run.as_of
group by lines.line_number, lines.contract_id, lines.penalty_term_id, lines.period_month, lines.currency_code, lines.amount
