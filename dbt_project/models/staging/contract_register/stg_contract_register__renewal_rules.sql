-- Grain: one row per renewal_rule_id and valid_from, newest delivered version
with newest as (
    {{ newest_version('renewal_rules', ['renewal_rule_id', 'valid_from']) }}
)

select
    renewal_rule_id,
    supplier_category_code,
    condition_code,
    threshold::numeric as threshold,
    score_limit::numeric as score_limit,
    proposal_code,
    reason_text,
    reason_text_zh,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
