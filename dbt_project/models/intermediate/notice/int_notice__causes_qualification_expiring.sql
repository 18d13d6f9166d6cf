-- Grain: one row per notice rule and paper of a supplier that expires within the rule's days, or has, and that no later one replaces
{{ config(materialized='view') }}
-- A rule that comes into force when the paper is about to expire already warns from its own first day on.
select
    {{ notice_cause({
        'cause_reference': "concat_ws('|', papers.supplier_id, papers.qualification_code, papers.valid_to)",
        'cause_at': local_midnight('greatest(papers.valid_to - rules.threshold::integer, rules.valid_from)', 'rules.time_zone'),
        'aged_from_at': local_midnight('papers.valid_to', 'rules.time_zone'),
        'supplier_id': 'papers.supplier_id',
        'contract_id': 'rules.contract_id',
        'subject_code': 'papers.qualification_code',
        'due_date': 'papers.valid_to',
        'measured_value': 'papers.valid_to - rules.today_date'
    }) }}
from {{ ref('int_notice__supplier_rules') }} as rules
inner join {{ ref('stg_governance__qualifications') }} as papers
    on rules.supplier_id = papers.supplier_id
where
    rules.trigger_code = 'qualification_expiring'
    and papers.valid_from <= rules.today_date
    and papers.valid_to - rules.today_date <= rules.threshold
    and {{ local_midnight('papers.valid_to', 'rules.time_zone') }} > rules.contract_from
    and {{ local_midnight('papers.valid_to', 'rules.time_zone') }} < rules.contract_to
    and not exists (
        select 1
        from {{ ref('stg_governance__qualifications') }} as newer
        where
            newer.supplier_id = papers.supplier_id
            and newer.qualification_code = papers.qualification_code
            and coalesce(newer.valid_to, 'infinity') > papers.valid_to
            -- A paper that leaves a gap behind this one does not replace it.
            and newer.valid_from <= papers.valid_to
    )
