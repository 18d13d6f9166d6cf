-- Grain: one row per ticket that came with its tool's own verdict, and service level compared with it; one without where there is none
{{ config(indexes=[{'columns': ['ticket_key']}]) }}
with explanations as (
    select distinct on (alternatives.ticket_key, alternatives.service_level_id)
        alternatives.ticket_key,
        alternatives.service_level_id,
        alternatives.reason_code,
        alternatives.variant_code,
        alternatives.stopped_at,
        alternatives.elapsed_seconds,
        alternatives.target_seconds,
        string_agg(alternatives.variant_code, ';') over (
            partition by alternatives.ticket_key, alternatives.service_level_id
            order by reasons.sequence_rank, alternatives.variant_code
            rows between unbounded preceding and unbounded following
        ) as variant_codes
    from {{ changed_only(ref('int_sla__source_verdict_alternatives')) }} as alternatives
    inner join {{ ref('source_verdict_reason') }} as reasons
        on alternatives.reason_code = reasons.code
    order by alternatives.ticket_key, alternatives.service_level_id, reasons.sequence_rank, alternatives.variant_code
)

select
    {{ surrogate_key(['verdicts.ticket_key', 'verdicts.service_level_id']) }} as source_verdict_comparison_key,
    verdicts.ticket_key,
    verdicts.ticket_sla_key,
    coalesce(measurements.service_level_key, 'not_applicable') as service_level_key,
    coalesce(measurements.contract_key, 'not_applicable') as contract_key,
    tickets.source_system,
    tickets.ticket_id,
    coalesce(verdicts.service_level_id, 'not_applicable') as service_level_id,
    measurements.contract_id,
    measurements.period_month,
    verdicts.source_verdict_code,
    verdicts.verdict_code,
    verdicts.is_agreed,
    case when not verdicts.is_agreed then coalesce(explanations.reason_code, 'unexplained') end as difference_reason_code,
    explanations.variant_code as difference_variant_code,
    explanations.variant_codes as explaining_variant_codes,
    coalesce(measurements.status_code, 'no_service_level') as status_code,
    measurements.status_reason_code,
    measurements.elapsed_seconds,
    measurements.target_seconds,
    explanations.elapsed_seconds as alternative_elapsed_seconds,
    explanations.target_seconds as alternative_target_seconds,
    measurements.started_at,
    measurements.stopped_at,
    explanations.stopped_at as alternative_stopped_at,
    verdicts.source_verdict_at,
    verdicts.state_changed_at,
    verdicts._source_file,
    verdicts._source_row_number,
    verdicts._delivery_id
from {{ changed_only(ref('int_sla__source_verdicts')) }} as verdicts
inner join {{ ref('int_ticket__current') }} as tickets
    on verdicts.ticket_key = tickets.ticket_key
left join {{ ref('int_sla__measurements') }} as measurements
    on
        verdicts.ticket_key = measurements.ticket_key
        and verdicts.ticket_sla_key = measurements.ticket_sla_key
left join explanations
    on
        verdicts.ticket_key = explanations.ticket_key
        and verdicts.service_level_id = explanations.service_level_id
