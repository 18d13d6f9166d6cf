-- Grain: one row per set of standing bands, band and question about it
select
    {{ surrogate_key(['bands.supplier_category_code', 'bands.set_from', 'bands.band_code', 'asked.question_code']) }}
        as standing_band_question_key,
    bands.supplier_category_code,
    bands.set_from,
    bands.set_to,
    bands.band_code,
    asked.question_code,
    questions.label as question_name,
    questions.label_zh as question_name_zh,
    bands.score_from,
    bands.score_to,
    bands.covered_to,
    run.as_of,
    bands._source_file,
    bands._source_row_number,
    bands._delivery_id
from {{ ref('int_score__standing_bands') }} as bands
cross join lateral unnest(bands.question_codes) as asked (question_code)
inner join {{ ref('standing_band_question') }} as questions
    on asked.question_code = questions.code
cross join {{ ref('stg_ops__run') }} as run
