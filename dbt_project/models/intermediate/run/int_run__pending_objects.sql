-- Grain: one row per register object that says something else now than at the last build of this slot
{{ config(materialized='view') }}
-- Empty in a slot that was just built; see int_run__touched_tickets.
{{ differing_objects(ref('int_run__definitions'), ref('int_run__built_definitions')) }}
