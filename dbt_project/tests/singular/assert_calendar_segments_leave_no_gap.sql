-- Within one coverage the segments follow each other without gap or overlap, and their running seconds add up.
select *
from (
    select
        segments.*,
        lead(segment_from) over following as next_from,
        lead(open_seconds_before) over following as next_open_seconds_before
    from {{ ref('int_calendar__segments') }} as segments
    window following as (partition by calendar_id, coverage_number order by segment_from)
) as paired
where
    next_from <> segment_to
    or next_open_seconds_before <> open_seconds_before + case when is_open then extract(epoch from segment_to - segment_from) else 0 end
