-- Grain: one row per version of a notice rule, with the local dates between which it holds
with bounded as (
    select
        rules.*,
        {{ effective_valid_to(['notice_rule_id']) }} as effective_to
    from {{ ref('stg_contract_register__notice_rules') }} as rules
)

select
    notice_rule_id,
    contract_id,
    service_level_id,
    clause,
    notice_kind,
    trigger_code,
    coalesce(
        threshold,
        case
            when trigger_code in ('action_overdue', 'obligation_overdue', 'qualification_expiring', 'notice_unanswered') then 0
            else 1
        end
    ) as threshold,
    escalates_rule_id,
    answer_within_days,
    plan_within_days,
    quiet_hours,
    quiet_calendar_id,
    copy_to_email,
    valid_from,
    effective_to as valid_to,
    _source_file,
    _source_row_number,
    _delivery_id
from bounded
where valid_from < effective_to
