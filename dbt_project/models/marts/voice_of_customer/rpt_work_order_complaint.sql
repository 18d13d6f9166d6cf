-- Grain: one row per complaint, in the order of the weekly report
select
    to_char(complaints.week_from, 'IYYY"-W"IW') as week_code,
    complaints.week_from,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    work_centres.work_centre_name,
    work_centres.work_centre_name_zh,
    complaints.complaint_id,
    complaints.complained_at,
    complaints.ticket_id,
    tickets.category_code as ticket_category_code,
    tickets.priority_code,
    complaints.ticket_opened_at,
    complaints.days_after_opening,
    complaints.category_code,
    complaints.complaint_text,
    complaints.contact_id,
    complaints.channel_code,
    complaints.contacted_at,
    complaints.contact_text,
    states.label as state_name,
    states.label_zh as state_name_zh,
    complaints.is_justified,
    complaints.state_code,
    complaints.complaint_key,
    complaints.supplier_key,
    complaints.ticket_key,
    complaints.contact_key,
    complaints.work_centre_key,
    complaints.supplier_id,
    complaints.work_centre_id,
    complaints.as_of,
    complaints._source_file,
    complaints._source_row_number,
    complaints._delivery_id
from {{ ref('fct_complaint') }} as complaints
inner join {{ ref('complaint_state') }} as states
    on complaints.state_code = states.code
inner join {{ ref('dim_supplier') }} as suppliers
    on complaints.supplier_key = suppliers.supplier_key
inner join {{ ref('dim_work_centre') }} as work_centres
    on complaints.work_centre_key = work_centres.work_centre_key
left join {{ ref('fct_ticket') }} as tickets
    on complaints.ticket_key = tickets.ticket_key
