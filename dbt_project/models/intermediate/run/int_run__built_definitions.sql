-- Grain: one row per register object, with the hash of what it said in the last build of this slot
-- Written after the comparison with the build before. depends_on: {{ ref('int_run__changed_objects') }}
select
    object_kind,
    object_id,
    definition_hash
from {{ ref('int_run__definitions') }}
