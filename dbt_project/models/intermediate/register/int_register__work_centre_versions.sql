-- Grain: one row per work centre version, with the UTC instants between which it belongs to its supplier
with bounded as (
    select
        work_centres.*,
        coalesce(valid_from, '-infinity') as effective_from,
        {{ effective_valid_to(['work_centre_id']) }} as effective_to,
        {{ is_latest_version(['work_centre_id']) }} as is_current
    from {{ ref('stg_contract_register__work_centres') }} as work_centres
)

select
    {{ surrogate_key(['work_centre_id', 'effective_from']) }} as work_centre_key,
    work_centre_id,
    coalesce(work_centre_name, work_centre_id) as work_centre_name,
    work_centre_name_zh,
    supplier_id,
    {{ local_midnight('effective_from', "'UTC'") }} as valid_from,
    {{ local_midnight('effective_to', "'UTC'") }} as valid_to,
    is_current,
    _source_file,
    _source_row_number,
    _delivery_id
from bounded
where effective_from < effective_to
