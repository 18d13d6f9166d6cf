-- Grain: one row per notice rule and cause that holds now and of which no notice was issued
with unsent as (
    select
        causes.*,
        run.as_of,
        windows.not_before_at,
        (windows.not_before_at at time zone causes.time_zone)::date as letter_date,
        causes.aged_from_at < run.as_of - interval '{{ var("notice_grace_days", 31) }} days' as is_too_old
    from {{ ref('int_notice__causes') }} as causes
    cross join {{ ref('stg_ops__run') }} as run
    left join lateral (
        select min(greatest(sending.from_at, run.as_of)) as not_before_at
        from {{ ref('int_notice__sending_windows') }} as sending
        where
            sending.quiet_hours is not distinct from causes.quiet_hours
            and sending.quiet_calendar_id is not distinct from causes.quiet_calendar_id
            and sending.quiet_time_zone = causes.quiet_time_zone
            and sending.to_at > run.as_of
    ) as windows on true
    where
        not exists (
            select 1
            from {{ ref('int_notice__issued') }} as issued
            where
                issued.notice_rule_id = causes.notice_rule_id
                and issued.cause_reference = causes.cause_reference
        )
)

select
    {{ surrogate_key(['unsent.notice_rule_id', 'unsent.cause_reference']) }} as notice_due_key,
    unsent.supplier_key,
    coalesce(unsent.contract_key, 'not_applicable') as contract_key,
    unsent.notice_rule_id,
    unsent.rule_valid_from,
    unsent.notice_kind,
    unsent.trigger_code,
    unsent.clause,
    unsent.cause_reference,
    unsent.cause_at,
    unsent.supplier_id,
    unsent.supplier_name,
    unsent.supplier_name_zh,
    unsent.contract_id,
    unsent.contract_name,
    unsent.contract_name_zh,
    unsent.service_level_id,
    unsent.service_level_name,
    unsent.service_level_name_zh,
    unsent.service_level_clause,
    unsent.period_month,
    unsent.ticket_key,
    tickets.source_system,
    tickets.ticket_id,
    unsent.subject_code,
    unsent.due_date,
    unsent.due_at,
    unsent.measured_value,
    unsent.threshold,
    unsent.numerator,
    unsent.denominator,
    unsent.target_value,
    unsent.escalates_notice_number,
    statuses.code as status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    unsent.not_before_at,
    unsent.letter_date,
    unsent.letter_date + unsent.answer_within_days as answer_due_date,
    unsent.letter_date + unsent.plan_within_days as plan_due_date,
    unsent.language_code,
    unsent.recipients,
    unsent.copy_recipients,
    unsent.quiet_hours,
    unsent.quiet_calendar_id,
    unsent.quiet_time_zone,
    unsent.time_zone,
    unsent.as_of,
    unsent._source_file,
    unsent._source_row_number,
    unsent._delivery_id
from unsent
inner join {{ ref('notice_due_status') }} as statuses
    on
        statuses.code = case
            when unsent.is_too_old then 'too_old'
            when unsent.not_before_at is null then 'no_sending_window'
            else 'due'
        end
left join {{ ref('int_ticket__current') }} as tickets
    on unsent.ticket_key = tickets.ticket_key
