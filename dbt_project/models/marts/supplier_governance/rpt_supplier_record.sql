-- Grain: one row per entry of a supplier's record: something known, sent, answered or decided
{{ config(materialized='view') }}
-- A view, because what a night posts, sends and publishes comes after its build.
{#- One entry kind each: code, relation, supplier (or none: that of the contract), contract, day or instant, reference, and
    what else there is to say. A row is an entry when its day is not empty and not after the run. -#}
{%- set made = [
    {
        'kind': 'contract_in_force', 'from': ref('int_register__contract_versions'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'at': 'valid_from', 'reference': 'contract_id',
    },
    {
        'kind': 'service_level_missed', 'from': ref('fct_service_level_period'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'on': "case when status_code = 'missed' and is_period_complete then (period_month + interval '1 month')::date end",
        'reference': 'service_level_id', 'period': 'period_month', 'outcome': 'status_code', 'lineage': false,
    },
    {
        'kind': 'complaint', 'from': ref('fct_complaint'), 'supplier': 'supplier_id', 'at': 'complained_at',
        'reference': 'complaint_id', 'outcome': 'state_code',
    },
    {
        'kind': 'problem', 'from': ref('fct_problem'), 'supplier': 'supplier_id', 'contract': 'contract_id', 'at': 'detected_at',
        'reference': 'problem_id', 'outcome': 'state_code',
    },
    {
        'kind': 'assessment', 'from': ref('fct_assessment'), 'supplier': 'supplier_id', 'contract': 'contract_id', 'on': 'assessed_date',
        'reference': 'assessment_id', 'outcome': 'assessment_kind_code', 'lineage': false,
    },
    {
        'kind': 'review_meeting', 'from': ref('stg_governance__review_meetings'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'on': 'held_date', 'reference': 'meeting_id',
    },
    {
        'kind': 'qualification_paper', 'from': ref('stg_governance__qualifications'), 'supplier': 'supplier_id', 'on': 'valid_from',
        'reference': 'qualification_code',
    },
    {
        'kind': 'penalty_proposed', 'from': ref('fct_ledger_line'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'at': 'proposed_at', 'reference': 'line_number', 'period': 'period_month', 'outcome': 'line_kind', 'amount': 'amount',
        'currency': 'currency_code', 'lineage': false,
    },
    {
        'kind': 'penalty_handed_over', 'from': ref('stg_finance__handed_over_lines'), 'contract': 'contract_id',
        'at': 'handed_over_as_of', 'reference': 'line_number', 'period': 'period_month', 'amount': 'amount',
        'currency': 'currency_code', 'lineage': false,
    },
    {
        'kind': 'notice_issued', 'from': ref('stg_governance__issued_notices'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'at': 'issued_at', 'reference': 'notice_number', 'period': 'period_month', 'outcome': 'notice_kind', 'lineage': false,
    },
    {
        'kind': 'notice_mailed', 'from': ref('fct_supplier_notice'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'at': 'mailed_at', 'reference': 'notice_number', 'period': 'period_month', 'outcome': 'notice_kind', 'lineage': false,
    },
    {
        'kind': 'notice_answered', 'from': ref('fct_supplier_notice'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'at': 'answered_at', 'reference': 'notice_number', 'period': 'period_month', 'outcome': 'response_kind', 'lineage': false,
    },
    {
        'kind': 'scorecard_published', 'from': ref('stg_governance__scorecards'), 'supplier': 'supplier_id', 'at': 'published_at',
        'reference': "period_kind_code || ' ' || period_from", 'period': 'period_from', 'outcome': 'band_code', 'lineage': false,
    },
    {
        'kind': 'scorecard_answered', 'from': ref('stg_governance__scorecard_responses'), 'supplier': 'supplier_id', 'at': 'responded_at',
        'reference': "period_kind || ' ' || period_from", 'period': 'period_from', 'outcome': 'response_kind',
    },
    {
        'kind': 'supplier_report', 'from': ref('stg_governance__supplier_reports'), 'supplier': 'supplier_id', 'on': 'handed_in_date',
        'reference': 'report_code', 'period': 'period_month',
    },
    {
        'kind': 'plan_requested', 'from': ref('stg_governance__rectification_plans'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'on': 'requested_date', 'reference': 'plan_id',
    },
    {
        'kind': 'plan_handed_in', 'from': ref('stg_governance__rectification_plans'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'on': 'handed_in_date', 'reference': 'plan_id',
    },
    {
        'kind': 'plan_agreed', 'from': ref('stg_governance__rectification_plans'), 'supplier': 'supplier_id', 'contract': 'contract_id',
        'on': 'agreed_date', 'reference': 'plan_id',
    },
    {
        'kind': 'action_done', 'from': ref('stg_governance__corrective_actions'), 'supplier': 'supplier_id', 'on': 'done_date',
        'reference': 'corrective_action_id',
    },
    {
        'kind': 'action_verified', 'from': ref('stg_governance__corrective_actions'), 'supplier': 'supplier_id', 'on': 'verified_date',
        'reference': 'corrective_action_id',
    },
    {
        'kind': 'decision', 'from': ref('stg_contract_register__decisions'), 'contract': 'contract_id', 'at': 'decided_at',
        'reference': 'decision_id', 'period': 'period_month', 'code': "'decision_' || decision_kind", 'outcome': 'outcome_code', 'amount': 'amount',
    },
    {
        'kind': 'exclusion_approved', 'from': ref('stg_contract_register__exclusions'), 'contract': 'contract_id',
        'at': "case when approved_by is not null then decided_at end",
        'reference': 'exclusion_id', 'outcome': 'reason_code',
    },
    {
        'kind': 'renewal_decided', 'from': ref('stg_governance__governance_decisions'), 'contract': 'contract_id', 'at': 'decided_at',
        'reference': 'decision_id', 'outcome': 'decision_code',
    },
] %}
with entries as (
    {%- for entry in made %}
        select
            {% if entry.code %}{{ entry.code }}{% else %}'{{ entry.kind }}'{% endif %} as record_kind_code,
            {{ entry.supplier | default('null::text') }} as stated_supplier_id,
            {{ entry.contract | default('null::text') }} as contract_id,
            ({{ entry.on | default('null') }})::date as occurred_on,
            ({{ entry.at | default('null') }})::timestamptz as occurred_at,
            ({{ entry.reference }})::text as reference,
            ({{ entry.period | default('null') }})::date as period_from,
            ({{ entry.outcome | default('null') }})::text as outcome_code,
            ({{ entry.amount | default('null') }})::numeric(18, 2) as amount,
            ({{ entry.currency | default('null') }})::text as stated_currency_code,
            {{ '_source_file' if entry.lineage | default(true) else 'null::text' }} as _source_file,
            {{ '_source_row_number' if entry.lineage | default(true) else 'null::bigint' }} as _source_row_number,
            {{ '_delivery_id' if entry.lineage | default(true) else 'null::bigint' }} as _delivery_id
        from {{ entry.from }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select
    {{ surrogate_key([
        'entries.record_kind_code', "coalesce(entries.stated_supplier_id, contracts.supplier_id)", 'entries.contract_id', 'entries.reference',
        'entries.occurred_on', 'entries.occurred_at', 'entries.period_from', 'entries.outcome_code', 'entries._delivery_id',
        'entries._source_row_number'
    ]) }} as supplier_record_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(entries.stated_supplier_id, contracts.supplier_id, 'unknown') as supplier_id,
    coalesce(entries.occurred_on, (entries.occurred_at at time zone coalesce(contracts.time_zone, 'UTC'))::date) as occurred_date,
    entries.occurred_at,
    kinds.group_code as record_group_code,
    entries.record_kind_code,
    kinds.label as record_kind_name,
    kinds.label_zh as record_kind_name_zh,
    entries.contract_id,
    entries.reference,
    entries.period_from,
    entries.outcome_code,
    entries.amount,
    case when entries.amount is not null then coalesce(entries.stated_currency_code, contracts.currency_code) end as currency_code,
    deliveries.received_as_of,
    run.as_of,
    entries._source_file,
    entries._source_row_number,
    entries._delivery_id
from entries
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('record_kind') }} as kinds
    on entries.record_kind_code = kinds.code
left join {{ ref('int_register__contracts_latest') }} as contracts
    on entries.contract_id = contracts.contract_id
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        coalesce(entries.stated_supplier_id, contracts.supplier_id) = suppliers.supplier_id
        and suppliers.is_current
left join {{ ref('stg_ops__accepted_deliveries') }} as deliveries
    on entries._delivery_id = deliveries.delivery_id
where
    (entries.occurred_at is not null or entries.occurred_on is not null)
    and coalesce(entries.occurred_at, entries.occurred_on::timestamp at time zone 'UTC') <= run.as_of
