-- Grain: one row per source, service level and month with tickets that came with the tool's own verdict
{{ config(materialized='table') }}
select
    {{ surrogate_key(['source_system', 'service_level_id', 'period_month']) }} as source_verdict_agreement_key,
    source_system,
    service_level_id,
    max(contract_id) as contract_id,
    period_month,
    count(*) as verdict_count,
    count(*) filter (where is_agreed is not null) as compared_count,
    count(*) filter (where is_agreed is null) as not_compared_count,
    count(*) filter (where is_agreed) as agreed_count,
    (count(*) filter (where is_agreed))::numeric / nullif(count(*) filter (where is_agreed is not null), 0) as agreement_ratio,
    count(*) filter (where not is_agreed) as different_count,
    count(*) filter (where not is_agreed and source_verdict_code = 'met') as met_in_source_only_count,
    count(*) filter (where not is_agreed and source_verdict_code = 'breached') as breached_in_source_only_count,
    count(*) filter (where difference_reason_code = 'rounding') as rounding_count,
    count(*) filter (where difference_reason_code = 'stale') as stale_count,
    count(*) filter (where difference_reason_code = 'exclusion') as exclusion_count,
    count(*) filter (where difference_reason_code = 'priority') as priority_count,
    count(*) filter (where difference_reason_code = 'pause') as pause_count,
    count(*) filter (where difference_reason_code = 'stop_event') as stop_event_count,
    count(*) filter (where difference_reason_code = 'calendar') as calendar_count,
    count(*) filter (where difference_reason_code = 'zone') as zone_count,
    count(*) filter (where difference_reason_code = 'unexplained') as unexplained_count
from {{ ref('rpt_source_verdict_comparison') }}
group by source_system, service_level_id, period_month
