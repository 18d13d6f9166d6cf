-- Grain: one row per supplier_id, person_id and training_code, newest delivered version
with newest as (
    {{ newest_version('trainings', ['supplier_id', 'person_id', 'training_code']) }}
)

select
    supplier_id,
    person_id,
    training_code,
    due_date::date as due_date,
    done_date::date as done_date,
    _source_file,
    _line as _source_row_number,
    _delivery_id
from newest
