-- Grain: one row per line, with what each cap leaves of it and what it is rounded to
{%- set caps = [
    ('level', 'lines.service_level_id'), ('pool', 'lines.pool_code'), ('monthly', None), ('yearly', None),
] %}
with lines as (
    select
        lines.*,
        {%- for name, scope in caps %}
        {{ name }}_caps.cap_amount as {{ name }}_cap_amount,
        {{ name }}_caps.payable_cap_amount as {{ name }}_payable_cap_amount,
        {{ name }}_caps.cap_clause as {{ name }}_cap_clause,
        {%- endfor %}
        lines.is_fee_missing or (
            lines.multiplied_amount <> 0
            and ({% for name, scope in caps %}coalesce({{ name }}_caps.is_fee_missing, false){{ ' or ' if not loop.last }}{% endfor %})
        ) as is_waiting_for_fee
    from {{ ref('int_penalty__lines_assessed') }} as lines
    {%- for name, scope in caps %}
    left join {{ ref('int_penalty__caps') }} as {{ name }}_caps
        on
            lines.contract_id = {{ name }}_caps.contract_id
            and lines.period_month = {{ name }}_caps.period_month
            and {{ name }}_caps.cap_kind = '{{ name }}_cap'
            {%- if scope %}
            and {{ scope }} = {{ name }}_caps.cap_scope
            {%- endif %}
    {%- endfor %}
),

-- What waits or is not over yet uses nothing of a cap up.
chargeable as (
    select
        lines.*,
        case when is_complete and not is_waiting_for_fee and not is_carried_forward then multiplied_amount else 0 end as chargeable_amount
    from lines
),

{{ cut_by_caps('chargeable', 'chargeable_amount', 'cap_amount') }}

select
    cut.*,
    case
        when minimum_policy = 'waive_below' and after_yearly_cap_amount < minimum_amount then 0
        else after_yearly_cap_amount
    end as after_minimum_amount
from cut
