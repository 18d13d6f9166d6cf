-- Grain: one row per calendar that must be laid out anew; none in a full build, which lays out all
select object_id as calendar_id
from {{ ref('int_run__changed_objects') }}
where object_kind = 'calendar'
