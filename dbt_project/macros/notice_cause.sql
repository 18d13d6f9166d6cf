{#- The columns that every model of causes hands on, in their order; what a trigger does not know is NULL:
    notice_cause({'cause_reference': "...", 'cause_at': '...', 'supplier_id': '...'}) beside a relation `rules`. -#}
{% macro notice_cause(values) -%}
    rules.notice_rule_id,
    rules.valid_from as rule_valid_from,
    rules.trigger_code || '|' || {{ values['cause_reference'] }} as cause_reference,
    {{ values['cause_at'] }} as cause_at,
    -- From here on the days count after which a cause is too old for a letter.
    {{ values.get('aged_from_at', values['cause_at']) }} as aged_from_at,
    {%- for name, type in {
        'supplier_id': 'text', 'contract_id': 'text', 'service_level_id': 'text', 'period_month': 'date', 'ticket_key': 'text',
        'subject_code': 'text', 'due_date': 'date', 'due_at': 'timestamptz', 'measured_value': 'numeric',
        'numerator': 'numeric', 'denominator': 'numeric', 'target_value': 'numeric', 'escalates_notice_number': 'bigint'
    }.items() %}
    ({{ values.get(name, 'null') }})::{{ type }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
