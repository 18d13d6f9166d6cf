-- Grain: one row per notice and address, with what became of the newest attempt to mail it
select
    recipients.notice_number,
    recipients.address,
    recipients.is_copy,
    recipients.is_mailable,
    attempts.attempt_number,
    attempts.as_of as attempted_as_of,
    -- An intent without an outcome: nobody can say whether the mail left.
    case when attempts.dispatch_number is not null then coalesce(outcomes.outcome_code, 'uncertain') end as outcome_code
from {{ source('governance', 'notice_recipient') }} as recipients
left join lateral (
    select dispatches.*
    from {{ source('governance', 'notice_dispatch') }} as dispatches
    where
        dispatches.notice_number = recipients.notice_number
        and dispatches.address = recipients.address
    order by dispatches.attempt_number desc
    limit 1
) as attempts on true
left join lateral (
    select settled.outcome_code
    from {{ source('governance', 'notice_dispatch_outcome') }} as settled
    where settled.dispatch_number = attempts.dispatch_number
    order by settled.outcome_number desc
    limit 1
) as outcomes on true
