-- Grain: one row per window of a measured value, with the part of it that no later delivered window of the level covers
with windows as (
    select
        service_level_id,
        measured_from,
        measured_to,
        case unit_code when 'percent' then measured_value / 100 else measured_value end as measured_ratio,
        coalesce(unit_code, 'ratio') in ('ratio', 'percent') as is_unit_known,
        unit_code,
        measured_value,
        _source_file,
        _source_row_number,
        _delivery_id
    from {{ ref('stg_contract_register__service_measurements') }}
),

judged as (
    select
        windows.*,
        measured_from < measured_to and is_unit_known and measured_ratio between 0 and 1 as is_usable
    from windows
),

-- Windows overlap only within a group; most groups are a single window.
ordered as (
    select
        judged.*,
        measured_from < max(measured_to) over (
            partition by service_level_id, is_usable order by measured_from, measured_to
            rows between unbounded preceding and 1 preceding
        ) as is_overlapping
    from judged
),

grouped as (
    select
        ordered.*,
        count(*) filter (where is_overlapping is not true) over (
            partition by service_level_id, is_usable order by measured_from, measured_to
        ) as group_number
    from ordered
),

covered as (
    select
        earlier.service_level_id,
        earlier.measured_from,
        earlier.measured_to,
        range_agg(tstzrange(later.measured_from, later.measured_to)) as covered_time
    from grouped as earlier
    inner join grouped as later
        on
            earlier.service_level_id = later.service_level_id
            and earlier.group_number = later.group_number
            and later.is_usable
            and earlier.measured_to > later.measured_from
            and earlier.measured_from < later.measured_to
            and (earlier._delivery_id, earlier._source_row_number) < (later._delivery_id, later._source_row_number)
    where earlier.is_usable
    group by earlier.service_level_id, earlier.measured_from, earlier.measured_to
)

select
    judged.service_level_id,
    judged.measured_from,
    judged.measured_to,
    judged.measured_value,
    judged.unit_code,
    judged.measured_ratio,
    judged.is_unit_known,
    judged.is_usable,
    covered.covered_time is not null as is_overlapped,
    case
        when judged.is_usable
            then tstzmultirange(tstzrange(judged.measured_from, judged.measured_to)) - coalesce(covered.covered_time, '{}')
        else '{}'
    end as counted_time,
    judged._source_file,
    judged._source_row_number,
    judged._delivery_id
from judged
left join covered
    on
        judged.service_level_id = covered.service_level_id
        and judged.measured_from = covered.measured_from
        and judged.measured_to = covered.measured_to
