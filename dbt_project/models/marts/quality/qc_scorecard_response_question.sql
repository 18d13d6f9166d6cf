-- Grain: one row per answer to a scorecard and question about it
select
    {{ surrogate_key([
        'responses.supplier_id', 'responses.period_kind', 'responses.period_from', 'responses.responded_at',
        'asked.question_code',
    ]) }} as scorecard_response_question_key,
    responses.supplier_id,
    responses.period_kind as period_kind_code,
    responses.period_from,
    responses.responded_at,
    responses.response_kind,
    responses.criterion_id,
    asked.question_code,
    run.as_of,
    responses._source_file,
    responses._source_row_number,
    responses._delivery_id
from {{ ref('stg_governance__scorecard_responses') }} as responses
cross join {{ ref('stg_ops__run') }} as run
cross join
    lateral (
        values
        ('contested_without_reason', responses.response_kind = 'contested' and responses.reason is null),
        (
            'not_published',
            not exists (
                select 1 from {{ ref('stg_governance__scorecards') }} as published
                where
                    published.supplier_id = responses.supplier_id
                    and published.period_kind_code = responses.period_kind
                    and published.period_from = responses.period_from
                    and published.published_at <= responses.responded_at
            )
        ),
        (
            'unknown_criterion',
            responses.criterion_id is not null
            and not exists (
                select 1 from {{ ref('fct_supplier_period_score') }} as scores
                where
                    scores.supplier_id = responses.supplier_id
                    and scores.period_kind_code = responses.period_kind
                    and scores.period_from = responses.period_from
                    and scores.criterion_id = responses.criterion_id
            )
        )
    ) as asked (question_code, is_asked)
where responses.responded_at <= run.as_of and asked.is_asked
