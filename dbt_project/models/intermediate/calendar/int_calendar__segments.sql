-- Grain: one row per calendar and contiguous stretch, open or closed, cut at UTC midnight
{{ config(indexes=[
    {'columns': ['calendar_id', 'utc_date']},
    {'columns': ['calendar_id', 'is_open', 'open_seconds_before']}
]) }}
-- Open seconds between two instants of one coverage is the difference of two look-ups by (calendar_id, utc_date); a due
-- instant is one look-up by running seconds among the open segments. Nothing is exploded into minutes.
with coverages as (
    select
        calendar_id,
        stretch_number as coverage_number,
        stretch_from as covered_from,
        stretch_to as covered_to
    from {{ changed_only(ref('int_calendar__openings'), 'calendar_id') }} as openings
    where not is_open
),

-- Each opening adds one at its start and takes it away at its end; midnights and ends of coverage only cut.
steps as (
    select
        calendar_id,
        stretch_from as cut_at,
        1 as step
    from {{ changed_only(ref('int_calendar__openings'), 'calendar_id') }} as openings
    where is_open
    union all
    select
        calendar_id,
        stretch_to as cut_at,
        -1 as step
    from {{ changed_only(ref('int_calendar__openings'), 'calendar_id') }} as openings
    where is_open
    union all
    select
        coverages.calendar_id,
        cut.cut_at,
        0 as step
    from coverages
    cross join lateral (
        values (coverages.covered_from), (coverages.covered_to)
        union all
        select generated.midnight_at
        from generate_series(
            date_trunc('day', coverages.covered_from, 'UTC') + interval '24 hours', coverages.covered_to, interval '24 hours'
        ) as generated (midnight_at)
    ) as cut (cut_at)
),

cuts as (
    select
        calendar_id,
        cut_at,
        sum(step) as step
    from steps
    group by calendar_id, cut_at
),

stretches as (
    select
        calendar_id,
        cut_at as segment_from,
        lead(cut_at) over (partition by calendar_id order by cut_at) as segment_to,
        sum(step) over (partition by calendar_id order by cut_at) > 0 as is_open
    from cuts
),

-- Hours of a last night may reach past the published days, and days between two coverages are unknown: neither is kept.
segments as (
    select
        stretches.*,
        coverages.coverage_number,
        coverages.covered_to
    from stretches
    inner join coverages
        on
            stretches.calendar_id = coverages.calendar_id
            and stretches.segment_from >= coverages.covered_from
            and stretches.segment_to <= coverages.covered_to
)

select
    calendar_id,
    (segment_from at time zone 'UTC')::date as utc_date,
    coverage_number,
    covered_to,
    segment_from,
    segment_to,
    is_open,
    (
        coalesce(
            sum(case when is_open then extract(epoch from segment_to - segment_from) else 0 end)
                over (partition by calendar_id order by segment_from rows between unbounded preceding and 1 preceding),
            0
        )
    )::bigint as open_seconds_before
from segments
