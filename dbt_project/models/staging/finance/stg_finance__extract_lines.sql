-- Grain: one row per extract and ledger line that it carries
select
    extract_lines.receiver_code,
    extract_lines.extract_number,
    extract_lines.line_number,
    extract_lines.attempt_number,
    extract_lines.amount,
    extract_lines.currency_code,
    extract_lines.detail,
    extracts.as_of,
    extract_lines.attempt_number
    = max(extract_lines.attempt_number) over (partition by extract_lines.line_number) as is_newest_attempt
from {{ source('finance', 'extract_line') }} as extract_lines
inner join {{ source('finance', 'extract') }} as extracts
    on
        extract_lines.receiver_code = extracts.receiver_code
        and extract_lines.extract_number = extracts.extract_number
