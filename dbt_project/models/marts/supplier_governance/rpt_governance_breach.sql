-- Grain: one row per duty of the company itself that was missed or done late
select
    obligation_key,
    contract_key,
    supplier_key,
    obligation_id,
    contract_id,
    supplier_id,
    clause,
    obligation_kind_code,
    obligation_kind_name,
    obligation_kind_name_zh,
    subject_code,
    period_from,
    period_to,
    due_date,
    done_date,
    days_late_count,
    status_code,
    status_name,
    status_name_zh,
    concat_ws(
        ' ',
        obligation_kind_name,
        '(' || subject_code || ')',
        'for ' || period_from::text || ' to ' || (period_to - 1)::text || ', due ' || due_date::text || ':',
        case status_code when 'missing' then 'not done' else 'done on ' || done_date::text end
    ) as explanation,
    concat(
        period_from::text || '至' || (period_to - 1)::text,
        obligation_kind_name_zh,
        '（' || subject_code || '）',
        '，应于' || due_date::text || '前完成，',
        case status_code when 'missing' then '未完成' else '实际于' || done_date::text || '完成' end
    ) as explanation_zh,
    as_of
from {{ ref('fct_obligation') }}
where
    owed_by_code = 'customer'
    and status_code in ('missing', 'done_late')
