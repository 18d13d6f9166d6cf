-- Grain: one row per register object on which measurements rest, with a hash of everything it says
{{ config(materialized='view') }}
-- Where a row was delivered is not part of what it says: a register that is delivered anew every night changes nothing.
{%- set lineage = "array['_source_file', '_source_row_number', '_delivery_id']" %}
with said as (
    select
        'calendar' as object_kind,
        calendars.calendar_id as object_id,
        to_jsonb(calendars) - {{ lineage }} as content
    from {{ ref('stg_contract_register__calendars') }} as calendars
    union all
    select
        'calendar' as object_kind,
        exceptions.calendar_id as object_id,
        to_jsonb(exceptions) - {{ lineage }} as content
    from {{ ref('stg_contract_register__calendar_exceptions') }} as exceptions
    union all
    select
        'contract' as object_kind,
        contracts.contract_id as object_id,
        to_jsonb(contracts) - {{ lineage }} as content
    from {{ ref('stg_contract_register__contracts') }} as contracts
    union all
    select
        'contract' as object_kind,
        service_levels.contract_id as object_id,
        to_jsonb(service_levels) - {{ lineage }} as content
    from {{ ref('stg_contract_register__service_levels') }} as service_levels
    union all
    select
        case when exclusions.ticket_key is not null then 'ticket' else 'contract' end as object_kind,
        coalesce(exclusions.ticket_key, exclusions.contract_id) as object_id,
        to_jsonb(exclusions) - {{ lineage }} as content
    from {{ ref('int_register__exclusions_in_effect') }} as exclusions
    union all
    select
        'work_centre' as object_kind,
        work_centres.work_centre_id as object_id,
        to_jsonb(work_centres) - {{ lineage }} as content
    from {{ ref('stg_contract_register__work_centres') }} as work_centres
    union all
    select
        'supplier' as object_kind,
        suppliers.supplier_id as object_id,
        to_jsonb(suppliers) - {{ lineage }} as content
    from {{ ref('stg_contract_register__suppliers') }} as suppliers
)

select
    object_kind,
    object_id,
    md5(string_agg(content::text, chr(10) order by content::text collate "C")) as definition_hash
from said
group by object_kind, object_id
