-- Grain: one row per complaint up to as_of, with its contact record, its ticket, and the supplier and work centre that held the ticket then
with delivered as (
    select
        complaints.*,
        contacts.source_system is not null as is_contact_known,
        contacts.ticket_key as contact_ticket_key,
        contacts.contacted_at,
        contacts.channel_code,
        contacts.contact_text,
        coalesce(complaints.contact_source_system, complaints.source_system) || '/' || complaints.contact_id as contact_key,
        coalesce(complaints.ticket_key, contacts.ticket_key) as named_ticket_key,
        case when complaints.ticket_key is null then contacts.ticket_id else complaints.ticket_id end as named_ticket_id
    from {{ ref('stg_ticketing__complaints') }} as complaints
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('stg_ticketing__contacts') }} as contacts
        on
            coalesce(complaints.contact_source_system, complaints.source_system) = contacts.source_system
            and complaints.contact_id = contacts.contact_id
            and run.as_of >= contacts.contacted_at
    where complaints.complained_at <= run.as_of
),

-- The ticket of the complaint, where that is not known the one of its contact record.
placed as (
    select
        delivered.*,
        own.ticket_key is not null as is_own_ticket_known,
        coalesce(own.ticket_key, of_contact.ticket_key) as found_ticket_key
    from delivered
    left join {{ ref('int_ticket__current') }} as own
        on delivered.ticket_key = own.ticket_key
    left join {{ ref('int_ticket__current') }} as of_contact
        on
            own.ticket_key is null
            and delivered.contact_ticket_key = of_contact.ticket_key
)

select
    placed.source_system || '/' || placed.complaint_id as complaint_key,
    tickets.ticket_key,
    case when placed.is_contact_known then placed.contact_key end as contact_key,
    placed.source_system,
    placed.complaint_id,
    coalesce(tickets.ticket_id, placed.named_ticket_id) as ticket_id,
    placed.contact_id,
    coalesce(placed.supplier_id, {{ supplier_holding('tickets', 'placed.complained_at') }}) as supplier_id,
    case
        when placed.supplier_id is not null then 'complaint'
        when tickets.supplier_id is null then 'unknown'
        when placed.is_own_ticket_known then 'ticket'
        else 'contact_ticket'
    end as supplier_basis_code,
    coalesce({{ held_at('tickets.ticket_key', 'placed.complained_at', 'work_centre_id') }}, tickets.work_centre_id) as work_centre_id,
    coalesce({{ held_at('tickets.ticket_key', 'placed.complained_at', 'work_centre_key') }}, tickets.work_centre_key, 'unknown')
        as work_centre_key,
    placed.complained_at,
    placed.category_code,
    coalesce(placed.state_code, 'open') as state_code,
    placed.is_justified,
    placed.complaint_text,
    placed.contacted_at,
    placed.channel_code,
    placed.contact_text,
    tickets.opened_at as ticket_opened_at,
    placed.named_ticket_key,
    placed.named_ticket_id,
    placed.contact_ticket_key,
    placed.is_contact_known,
    placed._source_file,
    placed._source_row_number,
    placed._delivery_id
from placed
left join {{ ref('int_ticket__current') }} as tickets
    on placed.found_ticket_key = tickets.ticket_key
