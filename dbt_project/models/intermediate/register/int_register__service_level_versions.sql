-- Grain: one row per service level, target selector and version, with the instants between which it holds in the contract's zone
with bounded as (
    select
        service_levels.*,
        {{ effective_valid_to(['service_level_id', 'ticket_type_code', 'category_code', 'priority_code']) }} as effective_to,
        {{ is_latest_version(['service_level_id', 'ticket_type_code', 'category_code', 'priority_code']) }} as is_current
    from {{ ref('stg_contract_register__service_levels') }} as service_levels
)

select
    {{ surrogate_key([
        'bounded.service_level_id',
        'bounded.ticket_type_code',
        'bounded.category_code',
        'bounded.priority_code',
        'bounded.valid_from'
    ]) }} as service_level_key,
    bounded.service_level_id,
    bounded.contract_id,
    bounded.clause,
    coalesce(bounded.service_level_name, bounded.service_level_id) as service_level_name,
    bounded.service_level_name_zh,
    bounded.metric_code,
    bounded.service_code,
    bounded.ticket_type_code,
    bounded.category_code,
    bounded.priority_code,
    -- The row with most selectors filled fits best; of two with as many, priority outranks category outranks type.
    num_nonnulls(bounded.priority_code, bounded.category_code, bounded.ticket_type_code) * 10
    + num_nonnulls(bounded.priority_code) * 4 + num_nonnulls(bounded.category_code) * 2 as selector_rank,
    bounded.start_event,
    bounded.stop_event,
    bounded.start_events,
    bounded.stop_events,
    bounded.pause_states,
    bounded.pause_reasons,
    bounded.count_from,
    bounded.reopen_policy,
    bounded.priority_change_policy,
    bounded.handover_policy,
    bounded.target_unit,
    case
        when bounded.target_unit in ('business_minutes', 'calendar_minutes') then round(bounded.target_value * 60)::bigint
    end as target_seconds,
    case when bounded.target_unit = 'working_days' then bounded.target_value::integer end as target_working_days,
    bounded.calendar_id,
    bounded.attainment_target,
    coalesce(bounded.minimum_sample, 1) as minimum_sample,
    bounded.measure_kind,
    bounded.question_code,
    bounded.survey_measure,
    bounded.top_box_from,
    bounded.target_direction,
    coalesce(bounded.period_basis, 'started') as period_basis,
    {{ local_midnight('bounded.valid_from', "coalesce(contracts.time_zone, 'UTC')") }} as valid_from,
    {{ local_midnight('bounded.effective_to', "coalesce(contracts.time_zone, 'UTC')") }} as valid_to,
    bounded.is_current,
    bounded._source_file,
    bounded._source_row_number,
    bounded._delivery_id
from bounded
left join {{ ref('int_register__contracts_latest') }} as contracts
    on bounded.contract_id = contracts.contract_id
where bounded.valid_from < bounded.effective_to
