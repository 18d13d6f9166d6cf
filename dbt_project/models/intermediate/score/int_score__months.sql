-- Grain: one row per supplier, month, measure and filter with data: value = numerator / denominator, months may be added
-- A source of one more measure is a model int_score__<source>_months with these columns and a name in this list.
{%- set sources = [
    'int_score__assessment_months', 'int_score__complaint_months', 'int_score__corrective_action_months',
    'int_score__obligation_months', 'int_score__survey_months', 'int_score__training_months',
] %}
select
    supplier_id,
    period_month,
    measure_code,
    filter_code,
    numerator,
    denominator,
    case_count,
    is_in_total
from {{ ref('int_score__attainment_months') }}
{%- for source in sources %}
    union all
    select
        supplier_id,
        period_month,
        measure_code,
        filter_code,
        numerator,
        denominator,
        case_count,
        true as is_in_total
    from {{ ref(source) }}
{%- endfor %}
