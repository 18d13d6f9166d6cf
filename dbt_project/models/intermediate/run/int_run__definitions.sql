-- Grain: one row per register object on which measurements rest, with a hash of everything it says
{{ config(materialized='view') }}
-- Where a row was delivered is not part of what it says: a register that is delivered anew every night changes nothing.
{%- set lineage = "array['_source_file', '_source_row_number', '_delivery_id']" %}
{%- set objects = [
    ("'calendar'", 'said.calendar_id', ref('stg_contract_register__calendars')),
    ("'calendar'", 'said.calendar_id', ref('stg_contract_register__calendar_exceptions')),
    ("'contract'", 'said.contract_id', ref('stg_contract_register__contracts')),
    ("'contract'", 'said.contract_id', ref('stg_contract_register__service_levels')),
    (
        "case when said.ticket_key is not null then 'ticket' else 'exclusion' end",
        'coalesce(said.ticket_key, said.exclusion_id)',
        ref('int_register__exclusions_in_effect')
    ),
    ("'work_centre'", 'said.work_centre_id', ref('stg_contract_register__work_centres')),
    ("'supplier'", 'said.supplier_id', ref('stg_contract_register__suppliers')),
] %}
with said as (
    {%- for object_kind, object_id, relation in objects %}
        select
            {{ object_kind }} as object_kind,
            {{ object_id }} as object_id,
            to_jsonb(said) - {{ lineage }} as content
        from {{ relation }} as said
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    object_kind,
    object_id,
    md5(string_agg(content::text, chr(10) order by content::text collate "C")) as definition_hash
from said
group by object_kind, object_id
