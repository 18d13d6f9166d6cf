-- Grain: one row per complaint and question about it
select
    complaints.complaint_key,
    asked.question_code,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(complaints.supplier_id, 'unknown') as supplier_id,
    complaints.source_system,
    complaints.complaint_id,
    complaints.named_ticket_id as ticket_id,
    complaints.contact_id,
    complaints.complained_at,
    complaints.ticket_opened_at,
    run.as_of,
    complaints._source_file,
    complaints._source_row_number,
    complaints._delivery_id
from {{ ref('int_complaint__attributed') }} as complaints
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        complaints.supplier_id = suppliers.supplier_id
        and suppliers.is_current
cross join
    lateral (
        values
        ('about_nobody', complaints.supplier_id is null),
        ('unknown_supplier', complaints.supplier_id is not null and suppliers.supplier_key is null),
        ('unknown_ticket', complaints.named_ticket_key is not null and complaints.named_ticket_key is distinct from complaints.ticket_key),
        ('unknown_contact', complaints.contact_id is not null and not complaints.is_contact_known),
        ('other_ticket_than_contact', complaints.named_ticket_key <> complaints.contact_ticket_key),
        ('before_its_ticket', complaints.complained_at < complaints.ticket_opened_at)
    ) as asked (question_code, is_asked)
where asked.is_asked
