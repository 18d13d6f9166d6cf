-- Grain: one row per notice, with the supplier's answers known as of the run
{{ config(materialized='view') }}
-- An acknowledgement says that the letter arrived; only an answer or an objection ends the deadline.
select
    notices.notice_number,
    min(responses.responded_at) filter (where responses.response_kind in ('answered', 'contested')) as answered_at,
    (array_agg(responses.response_kind order by responses.responded_at desc))[1] as response_kind
from {{ ref('int_notice__issued') }} as notices
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('stg_governance__notice_responses') }} as responses
    on
        notices.notice_number = responses.notice_number
        and run.as_of >= responses.responded_at
group by notices.notice_number
