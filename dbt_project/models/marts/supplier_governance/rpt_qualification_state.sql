-- Grain: one row per supplier and kind of qualification paper that is asked of it or that it holds, on the day of the run
select
    {{ surrogate_key(['states.supplier_id', 'states.qualification_code']) }} as qualification_state_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    states.supplier_id,
    states.qualification_code,
    coalesce(states.qualification_name, states.qualification_code) as qualification_name,
    states.qualification_name_zh,
    states.qualification_kind as qualification_kind_code,
    states.clause,
    states.is_required,
    papers.document_number,
    papers.valid_from,
    papers.valid_to,
    states.covered_until_date,
    states.covered_until_date - states.asked_on as days_left_count,
    states.warn_days as warn_days_count,
    states.next_valid_from,
    states.is_covered or not states.is_required as is_in_order,
    states.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    run.as_of,
    papers._source_file,
    papers._source_row_number,
    papers._delivery_id
from {{ ref('int_assessment__paper_states') }} as states
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('qualification_status') }} as statuses
    on states.status_code = statuses.code
left join {{ ref('int_assessment__papers') }} as papers
    on
        states.supplier_id = papers.supplier_id
        and states.qualification_code = papers.qualification_code
        and papers.is_current
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        states.supplier_id = suppliers.supplier_id
        and suppliers.is_current
where states.asked_on = (run.as_of at time zone 'UTC')::date
