-- Grain: one row per scorecard frozen before the run
-- What is published of a night follows its marts: they show it from the next night on, and a rebuild says the same.
select
    scorecards.scorecard_number,
    scorecards.supplier_id,
    scorecards.period_kind_code,
    scorecards.period_from,
    scorecards.version,
    scorecards.score,
    scorecards.status_code,
    scorecards.band_code,
    scorecards.figures_hash,
    scorecards.publication_id,
    scorecards.as_of as published_at,
    scorecards.revision_reason,
    scorecards.card_hash,
    lead(scorecards.as_of) over of_card as replaced_at,
    lead(true) over of_card is null as is_newest_version
from {{ source('governance', 'scorecard') }} as scorecards
cross join {{ ref('stg_ops__run') }} as run
where scorecards.as_of < run.as_of
window
    of_card as (
        partition by scorecards.supplier_id, scorecards.period_kind_code, scorecards.period_from order by scorecards.version
    )
