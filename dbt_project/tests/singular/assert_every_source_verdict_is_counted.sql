-- Every ticket that came with its tool's own verdict is compared or counted as not compared, and every difference has one reason.
select tickets.ticket_key as offender
from {{ ref('fct_ticket') }} as tickets
where
    tickets.source_verdict_code is not null
    and not exists (
        select 1 from {{ ref('rpt_source_verdict_comparison') }} as comparisons
        where comparisons.ticket_key = tickets.ticket_key
    )
union all
select verdicts.ticket_key as offender
from {{ ref('stg_ticketing__source_verdicts') }} as verdicts
inner join {{ ref('fct_ticket') }} as tickets
    on verdicts.ticket_key = tickets.ticket_key
where
    verdicts.source_verdict is not null
    and not exists (
        select 1 from {{ ref('rpt_source_verdict_comparison') }} as comparisons
        where
            comparisons.ticket_key = verdicts.ticket_key
            and comparisons.service_level_id = verdicts.service_level_id
    )
union all
select source_verdict_agreement_key as offender
from {{ ref('rpt_source_verdict_agreement') }}
where
    verdict_count <> agreed_count + different_count + not_compared_count
    or different_count <> met_in_source_only_count + breached_in_source_only_count
    or different_count
    <> rounding_count + stale_count + pause_count + exclusion_count + stop_event_count + priority_count + calendar_count
    + zone_count + unexplained_count
