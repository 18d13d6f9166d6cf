-- Grain: one row per supplier and month in which a ticket was opened, a clock paused or a question arose
{%- set reasons = [
    'paused_nobody_asked', 'paused_after_due', 'paused_by_party_that_gains', 'answered_while_paused', 'backdated_completion',
    'edited_after_breach',
] %}
with counted as (
    select
        supplier_id,
        period_month,
        count(*) as ticket_count,
        0 as pause_count,
        {%- for reason in reasons %}
            0 as {{ reason }}_count,
        {%- endfor %}
        0 as question_count
    from {{ ref('int_fairness__ticket_services') }}
    where is_first_service
    group by supplier_id, period_month
    union all
    select
        supplier_id,
        date_trunc('month', paused_at at time zone 'UTC')::date as period_month,
        0 as ticket_count,
        count(*) as pause_count,
        {%- for reason in reasons %}
            0 as {{ reason }}_count,
        {%- endfor %}
        0 as question_count
    from {{ ref('int_fairness__pauses') }}
    group by supplier_id, date_trunc('month', paused_at at time zone 'UTC')
    union all
    select
        supplier_id,
        date_trunc('month', event_at at time zone 'UTC')::date as period_month,
        0 as ticket_count,
        0 as pause_count,
        {%- for reason in reasons %}
            count(*) filter (where question_code = '{{ reason }}') as {{ reason }}_count,
        {%- endfor %}
        count(*) as question_count
    from {{ ref('qc_pause_question') }}
    group by supplier_id, date_trunc('month', event_at at time zone 'UTC')
),

added as (
    select
        supplier_id,
        period_month,
        sum(ticket_count)::bigint as ticket_count,
        sum(pause_count)::bigint as pause_count,
        {%- for reason in reasons %}
            sum({{ reason }}_count)::bigint as {{ reason }}_count,
        {%- endfor %}
        sum(question_count)::bigint as question_count
    from counted
    group by supplier_id, period_month
)

select
    {{ surrogate_key(['added.supplier_id', 'added.period_month']) }} as pause_abuse_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    added.supplier_id,
    suppliers.supplier_name,
    suppliers.supplier_name_zh,
    added.period_month,
    ((added.period_month + interval '1 month') at time zone 'UTC') <= run.as_of as is_period_complete,
    added.ticket_count,
    added.pause_count,
    added.question_count,
    {%- for reason in reasons %}
        added.{{ reason }}_count,
    {%- endfor %}
    round(added.question_count * 1000.0 / nullif(added.ticket_count, 0), 1) as questions_per_1000_tickets,
    run.as_of
from added
cross join {{ ref('stg_ops__run') }} as run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        added.supplier_id = suppliers.supplier_id
        and suppliers.is_current
