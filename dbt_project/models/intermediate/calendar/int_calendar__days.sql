-- Grain: one row per calendar and local date for which the calendar is in force and published
{{ config(indexes=[{'columns': ['calendar_id', 'local_date'], 'unique': true}]) }}
{{ calendar_days(changed_only(ref('stg_contract_register__calendars'), 'calendar_id')) }}
