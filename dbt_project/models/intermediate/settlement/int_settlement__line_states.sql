-- Grain: one row per ledger line, with how far it has come on its way to finance as of the run
{{ config(materialized='view') }}
-- A view, because the night's own lines are posted after the build, in the transaction that shows it to readers.
-- A line that asks for money is proposed at the run that posted it. The supplier may object for as many whole working days
-- as the contract gives after that local date; then it is approved, unless the contract wants an approval or a dispute is
-- open. A line that gives money back waits for nobody, only for the lines of its key before it.
with approvals as materialized (
    select
        contract_id,
        penalty_term_id,
        period_month,
        decided_at
    from {{ ref('int_settlement__decisions_made') }}
    where
        decision_kind = 'approve'
        and without_effect_code is null
),

acknowledgements as materialized (
    select acknowledgements.*
    from {{ ref('stg_accounts_payable__acknowledgements') }} as acknowledgements
    cross join {{ ref('stg_ops__run') }} as run
    where acknowledgements.acknowledged_at <= run.as_of
),

lines as (
    select
        lines.*,
        run.as_of,
        contracts.contract_key,
        contracts.approval_policy,
        contracts.objection_working_days,
        contracts.objection_calendar_id,
        contracts.time_zone,
        (lines.proposed_at at time zone contracts.time_zone)::date as proposed_date
    from {{ ref('stg_finance__ledger_lines') }} as lines
    cross join {{ ref('stg_ops__run') }} as run
    -- The terms in force when it was proposed, else the last ones before, else the first ones.
    left join lateral (
        select versions.*
        from {{ ref('int_register__contract_versions') }} as versions
        where versions.contract_id = lines.contract_id
        order by
            versions.valid_from <= lines.proposed_at desc,
            case when versions.valid_from <= lines.proposed_at then versions.valid_from end desc,
            versions.valid_from
        limit 1
    ) as contracts on true
),

windows as (
    select
        lines.*,
        case
            when lines.objection_working_days = 0 then lines.proposed_at
            -- Only where every day up to the last one is known: an unpublished day is no day off.
            when days.known_count = last_days.local_date - lines.proposed_date
                then {{ local_midnight('last_days.local_date + 1', 'lines.time_zone') }}
        end as objection_ends_at
    from lines
    left join lateral (
        select working_days.working_day_number + lines.objection_working_days - 1 as last_number
        from {{ ref('int_calendar__working_days') }} as working_days
        where
            working_days.calendar_id = lines.objection_calendar_id
            and working_days.local_date > lines.proposed_date
        order by working_days.local_date
        limit 1
    ) as first_days on true
    left join {{ ref('int_calendar__working_days') }} as last_days
        on
            lines.objection_calendar_id = last_days.calendar_id
            and first_days.last_number = last_days.working_day_number
    left join lateral (
        select count(*) as known_count
        from {{ ref('int_calendar__days') }} as known_days
        where
            known_days.calendar_id = lines.objection_calendar_id
            and known_days.local_date > lines.proposed_date
            and known_days.local_date <= last_days.local_date
    ) as days on true
),

decided as (
    select
        windows.*,
        approved.decided_at as decided_approval_at,
        coalesce(disputes.is_disputed, false) as is_disputed,
        coalesce(disputes.disputed_during, '{}') as disputed_during
    from windows
    left join lateral (
        select min(approvals.decided_at) as decided_at
        from approvals
        where
            approvals.contract_id = windows.contract_id
            and coalesce(approvals.penalty_term_id, windows.penalty_term_id) = windows.penalty_term_id
            and coalesce(approvals.period_month, windows.period_month) = windows.period_month
            and approvals.decided_at > windows.proposed_at
    ) as approved on true
    left join lateral (
        select
            bool_or(disputes.is_open) as is_disputed,
            range_agg(tstzrange(disputes.disputed_at, coalesce(disputes.answered_at, 'infinity'))) as disputed_during
        from {{ ref('int_settlement__disputes') }} as disputes
        where
            disputes.contract_id = windows.contract_id
            and coalesce(disputes.penalty_term_id, windows.penalty_term_id) = windows.penalty_term_id
            and coalesce(disputes.period_month, windows.period_month) = windows.period_month
            and (
                disputes.ticket_key is null
                or exists (
                    select 1
                    from {{ ref('stg_finance__ledger_evidence') }} as evidence
                    where
                        evidence.line_number = windows.line_number
                        and evidence.ticket_key = disputes.ticket_key
                )
            )
    ) as disputes on true
),

approvable as (
    select
        decided.*,
        decided.amount > 0 and decided.is_disputed as is_held,
        case
            when decided.amount < 0 then decided.proposed_at
            else
                least(
                    decided.decided_approval_at,
                    -- A dispute that is open when the window ends holds the approval up to its ruling.
                    case
                        when decided.approval_policy = 'tacit'
                            then coalesce(
                                (
                                    select upper(disputed.during)
                                    from unnest(decided.disputed_during) as disputed (during)
                                    where disputed.during @> decided.objection_ends_at
                                ),
                                decided.objection_ends_at
                            )
                    end
                )
        end as approvable_at
    from decided
),

extracted as (
    select
        approvable.*,
        case when approvable.approvable_at <= approvable.as_of then approvable.approvable_at end as approved_at,
        extracts.receiver_code,
        extracts.extract_number,
        answers.status_code as answer_code,
        answers.document_number,
        answers.acknowledged_at
    from approvable
    -- A line that finance rejected may have gone out again: the newest number counts.
    left join {{ ref('stg_finance__extract_lines') }} as extracts
        on
            approvable.line_number = extracts.line_number
            and extracts.is_newest_attempt
    left join lateral (
        select acknowledgements.*
        from acknowledgements
        where
            acknowledgements.receiver_code = extracts.receiver_code
            and acknowledgements.extract_number = extracts.extract_number
            and acknowledgements.line_number = approvable.line_number
        order by acknowledgements.acknowledged_at desc, acknowledgements._delivery_id desc
        limit 1
    ) as answers on true
),

released as (
    select
        extracted.*,
        bool_and(extracted.extract_number is not null or (extracted.approved_at is not null and not extracted.is_held)) over (
            partition by extracted.contract_id, extracted.penalty_term_id, extracted.period_month, extracted.currency_code
            order by extracted.line_number
        ) as is_released
    from extracted
)

select
    line_number,
    as_of,
    contract_key,
    approval_policy,
    proposed_at,
    objection_ends_at,
    approved_at,
    is_disputed,
    is_released,
    receiver_code,
    extract_number,
    document_number,
    acknowledged_at,
    case
        when extract_number is not null then coalesce(answer_code, 'extracted')
        when is_held then 'disputed'
        when approved_at is not null then 'approved'
        else 'proposed'
    end as state_code,
    case
        when is_released then null
        when is_held then 'dispute'
        when approved_at is not null then 'earlier_line'
        when contract_key is null then 'contract_unknown'
        when approval_policy = 'explicit' then 'approval'
        when objection_ends_at is null then 'calendar_not_published'
        else 'objection_window'
    end as waiting_code
from released
