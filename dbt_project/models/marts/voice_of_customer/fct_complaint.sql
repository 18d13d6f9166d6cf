-- Grain: one row per complaint
select
    complaints.complaint_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    complaints.ticket_key,
    complaints.contact_key,
    complaints.work_centre_key,
    complaints.source_system,
    complaints.complaint_id,
    coalesce(complaints.supplier_id, 'unknown') as supplier_id,
    complaints.supplier_basis_code,
    complaints.ticket_id,
    complaints.contact_id,
    complaints.work_centre_id,
    complaints.category_code,
    complaints.state_code,
    complaints.is_justified,
    complaints.complained_at,
    date_trunc('week', complaints.complained_at at time zone 'UTC')::date as week_from,
    date_trunc('month', complaints.complained_at at time zone 'UTC')::date as period_month,
    complaints.ticket_opened_at,
    round((extract(epoch from complaints.complained_at - complaints.ticket_opened_at) / 86400)::numeric, 2) as days_after_opening,
    complaints.complaint_text,
    complaints.contacted_at,
    complaints.channel_code,
    complaints.contact_text,
    run.as_of,
    complaints._source_file,
    complaints._source_row_number,
    complaints._delivery_id
from {{ ref('int_complaint__attributed') }} as complaints
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        complaints.supplier_id = suppliers.supplier_id
        and complaints.complained_at >= suppliers.valid_from
        and complaints.complained_at < suppliers.valid_to
