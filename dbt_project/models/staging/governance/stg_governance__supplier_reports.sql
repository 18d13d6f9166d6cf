-- Grain: one row per supplier_id, report_code and period_month, newest delivered version
with newest as (
    {{ newest_version('supplier_reports', ['supplier_id', 'report_code', 'period_month']) }}
)

select
    supplier_id,
    report_code,
    (period_month || '-01')::date as period_month,
    due_date::date as due_date,
    handed_in_date::date as handed_in_date,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
