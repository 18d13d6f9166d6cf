-- Grain: one row per clause, contract and period that has begun, and one per supplier's report that no clause asks for
select
    duties.obligation_key,
    duties.contract_key,
    duties.supplier_key,
    duties.obligation_id,
    duties.contract_id,
    duties.supplier_id,
    duties.clause,
    duties.owed_by as owed_by_code,
    duties.obligation_kind as obligation_kind_code,
    kinds.label as obligation_kind_name,
    kinds.label_zh as obligation_kind_name_zh,
    duties.subject_code,
    duties.period_from,
    duties.period_to,
    duties.period_to <= duties.run_date as is_period_complete,
    duties.due_date,
    duties.done_date,
    case duties.status_code
        when 'done' then 0
        when 'done_late' then duties.done_date - duties.due_date
        when 'missing' then duties.run_date - duties.due_date
    end as days_late_count,
    duties.evidence_reference,
    duties.person_count::integer as person_count,
    duties.trained_count::integer as trained_count,
    duties.trained_count::numeric / nullif(duties.person_count, 0) as trained_ratio,
    duties.target_ratio,
    duties.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    run.as_of,
    duties._source_file,
    duties._source_row_number,
    duties._delivery_id
from {{ ref('int_obligation__duties') }} as duties
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('obligation_kind') }} as kinds
    on duties.obligation_kind = kinds.code
inner join {{ ref('obligation_status') }} as statuses
    on duties.status_code = statuses.code
