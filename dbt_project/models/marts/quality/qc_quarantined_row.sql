-- Grain: one row per problem of a delivered line that was kept out
with appearances as (
    select
        problem_hash,
        min(as_of) as first_seen_at,
        count(distinct first_delivery_id) as seen_count
    from {{ ref('stg_ops__quarantined_rows') }}
    group by problem_hash
),

sequels as (
    select
        quarantine_id,
        min(delivery_id) filter (where outcome_code = 'mended') as mended_by_delivery_id,
        (array_agg(as_of order by delivery_id) filter (where outcome_code = 'mended'))[1] as mended_at
    from {{ ref('stg_ops__quarantine_sequels') }}
    group by quarantine_id
)

select
    quarantined.quarantine_id,
    quarantined.delivery_id,
    quarantined.source_file,
    quarantined.entity,
    quarantined.line as source_row_number,
    quarantined.column_name,
    quarantined.value_found,
    quarantined.expected,
    quarantined.reason_code,
    quarantined.record_key,
    appearances.first_seen_at,
    appearances.seen_count,
    case
        when sequels.mended_by_delivery_id is not null then 'mended'
        when sequels.quarantine_id is not null then 'kept_out_again'
        else 'open'
    end as status_code,
    sequels.mended_by_delivery_id,
    sequels.mended_at
from {{ ref('stg_ops__quarantined_rows') }} as quarantined
inner join appearances on quarantined.problem_hash = appearances.problem_hash
left join sequels on quarantined.quarantine_id = sequels.quarantine_id
