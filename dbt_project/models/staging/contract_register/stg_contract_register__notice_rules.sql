-- Grain: one row per notice_rule_id and valid_from, newest delivered version
with newest as (
    {{ newest_version('notice_rules', ['notice_rule_id', 'valid_from']) }}
)

select
    notice_rule_id,
    contract_id,
    service_level_id,
    clause,
    notice_kind,
    trigger_code,
    threshold::numeric as threshold,
    escalates_rule_id,
    answer_within_days::integer as answer_within_days,
    plan_within_days::integer as plan_within_days,
    quiet_hours,
    quiet_calendar_id,
    copy_to_email,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
