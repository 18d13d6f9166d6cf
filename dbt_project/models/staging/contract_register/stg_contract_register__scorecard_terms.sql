-- Grain: one row per period_kind, supplier_category_code and valid_from, newest delivered version
with newest as (
    {{ newest_version('scorecard_terms', ['period_kind', 'supplier_category_code', 'valid_from']) }}
)

select
    period_kind,
    supplier_category_code,
    combine_policy,
    month_weight_ratio::numeric as month_weight_ratio,
    fade_out_months::integer as fade_out_months,
    minimum_case_count::integer as minimum_case_count,
    publish_after_days::integer as publish_after_days,
    valid_from::date as valid_from,
    valid_to::date as valid_to,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
