-- Grain: one row per supplier and month
select
    {{ surrogate_key(['supplier_id', 'period_from']) }} as supplier_scorecard_key,
    supplier_key,
    supplier_id,
    period_from as period_month,
    is_period_complete,
    criterion_count,
    -- None makes up the score of a supplier that is too small to judge.
    case when score is null then 0 else scored_criterion_count end as scored_criterion_count,
    score,
    -- Of a running month what there is so far; is_period_complete says that it may change.
    case
        when is_period_complete then status_code
        when score is not null then 'scored'
        when case_count > 0 then 'too_small'
        else 'no_data'
    end as status_code,
    as_of
from {{ ref('fct_supplier_period_scorecard') }}
where period_kind_code = 'month'
