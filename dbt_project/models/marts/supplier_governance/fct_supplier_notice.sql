-- Grain: one row per notice issued
with mails as (
    select
        mails.notice_number,
        string_agg(mails.address, '; ' order by mails.address) filter (where not mails.is_copy) as recipients,
        string_agg(mails.address, '; ' order by mails.address) filter (where mails.is_copy) as copy_recipients,
        count(*) filter (where mails.is_mailable and not mails.is_copy) as mailable_count,
        count(*) filter (where mails.outcome_code = 'sent' and not mails.is_copy) as sent_count,
        max(mails.attempted_as_of) filter (where mails.outcome_code = 'sent' and not mails.is_copy) as mailed_at,
        bool_or(mails.outcome_code = 'uncertain' and not mails.is_copy) as has_uncertain,
        bool_or(mails.outcome_code = 'refused' and not mails.is_copy) as has_refused
    from (
        select
            attempts.notice_number,
            attempts.address,
            attempts.is_copy,
            attempts.is_mailable,
            attempts.attempted_as_of,
            case when attempts.attempted_as_of < run.as_of then attempts.outcome_code end as outcome_code
        from {{ ref('stg_governance__notice_mails') }} as attempts
        cross join {{ ref('stg_ops__run') }} as run
    ) as mails
    group by mails.notice_number
),

judged as (
    select
        notices.*,
        run.as_of,
        mails.recipients,
        mails.copy_recipients,
        mails.mailed_at,
        answers.answered_at,
        answers.response_kind,
        (answers.answered_at at time zone notices.time_zone)::date > notices.answer_due_date as is_answer_late,
        case
            when notices.answer_due_date is null then 'not_asked'
            when answers.answered_at is not null then 'answered'
            when notices.answer_due_date < (run.as_of at time zone notices.time_zone)::date then 'unanswered'
            else 'waiting'
        end as answer_status_code,
        case
            when coalesce(mails.mailable_count, 0) = 0 then 'no_address'
            when mails.has_uncertain then 'uncertain'
            when mails.has_refused then 'refused'
            when mails.sent_count = mails.mailable_count then 'sent'
            when notices.not_before_at < run.as_of - interval '{{ var("notice_grace_days", 31) }} days' then 'not_mailed'
            else 'waiting'
        end as mail_status_code
    from {{ ref('int_notice__issued') }} as notices
    cross join {{ ref('stg_ops__run') }} as run
    left join mails
        on notices.notice_number = mails.notice_number
    left join {{ ref('int_notice__answers') }} as answers
        on notices.notice_number = answers.notice_number
    -- Another state of the books would say what was not known then.
    where notices.issued_at <= run.as_of
)

select
    judged.notice_number::text as supplier_notice_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(contracts.contract_key, 'not_applicable') as contract_key,
    judged.notice_number,
    judged.notice_kind,
    judged.trigger_code,
    judged.notice_rule_id,
    judged.rule_valid_from,
    judged.clause,
    judged.cause_reference,
    judged.cause_at,
    judged.supplier_id,
    judged.contract_id,
    judged.service_level_id,
    judged.period_month,
    judged.ticket_key,
    judged.subject_code,
    judged.measured_value,
    judged.threshold,
    causes.cause_reference is not null as is_cause_standing,
    judged.subject,
    judged.language_code,
    judged.letter_sha256,
    judged.issued_at,
    judged.not_before_at,
    judged.letter_date,
    judged.recipients,
    judged.copy_recipients,
    judged.mailed_at,
    mail_statuses.code as mail_status_code,
    mail_statuses.label as mail_status_name,
    mail_statuses.label_zh as mail_status_name_zh,
    judged.answer_due_date,
    judged.plan_due_date,
    judged.answered_at,
    judged.response_kind,
    judged.is_answer_late,
    answer_statuses.code as answer_status_code,
    answer_statuses.label as answer_status_name,
    answer_statuses.label_zh as answer_status_name_zh,
    judged.escalates_notice_number,
    escalations.notice_number as escalated_by_notice_number,
    judged.as_of
from judged
inner join {{ ref('notice_mail_status') }} as mail_statuses
    on judged.mail_status_code = mail_statuses.code
inner join {{ ref('notice_answer_status') }} as answer_statuses
    on judged.answer_status_code = answer_statuses.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        judged.supplier_id = suppliers.supplier_id
        and judged.issued_at >= suppliers.valid_from
        and judged.issued_at < suppliers.valid_to
left join {{ ref('int_register__contracts_latest') }} as contracts
    on judged.contract_id = contracts.contract_id
left join {{ ref('int_notice__causes') }} as causes
    on
        judged.notice_rule_id = causes.notice_rule_id
        and judged.cause_reference = causes.cause_reference
left join lateral (
    -- Several rules may escalate one notice; the first is named here, all of them name it.
    select min(later.notice_number) as notice_number
    from {{ ref('int_notice__issued') }} as later
    where later.escalates_notice_number = judged.notice_number
) as escalations on true
