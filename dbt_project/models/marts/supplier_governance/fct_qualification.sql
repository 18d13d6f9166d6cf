-- Grain: one row per qualification paper of a supplier
with stated as (
    select
        papers.*,
        kinds.qualification_name,
        kinds.qualification_name_zh,
        kinds.covered_until_date,
        -- The order of these branches is the precedence of the states.
        case
            when papers.valid_from > papers.run_date then 'not_yet_valid'
            when not papers.is_current then 'replaced'
            when papers.effective_to <= papers.run_date then 'expired'
            when kinds.status_code = 'expiring' then 'expiring'
            else 'valid'
        end as status_code
    from {{ ref('int_assessment__papers') }} as papers
    left join {{ ref('int_assessment__paper_states') }} as kinds
        on
            papers.supplier_id = kinds.supplier_id
            and papers.qualification_code = kinds.qualification_code
            and papers.run_date = kinds.asked_on
)

select
    {{ surrogate_key(['stated.supplier_id', 'stated.qualification_code', 'stated.valid_from']) }} as qualification_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    stated.supplier_id,
    stated.qualification_code,
    coalesce(stated.qualification_name, stated.qualification_code) as qualification_name,
    stated.qualification_name_zh,
    stated.document_number,
    stated.valid_from,
    stated.valid_to,
    stated.valid_to - stated.run_date as days_left_count,
    stated.covered_until_date,
    stated.status_code,
    statuses.label as status_name,
    statuses.label_zh as status_name_zh,
    run.as_of,
    stated._source_file,
    stated._source_row_number,
    stated._delivery_id
from stated
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('qualification_status') }} as statuses
    on stated.status_code = statuses.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        stated.supplier_id = suppliers.supplier_id
        and suppliers.is_current
