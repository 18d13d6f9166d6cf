-- What a clock is explained with is what it counted: of up to 200 tickets, those that changed or, in a full build, any.
with changed as (
    select ticket_key
    from {{ ref('int_ticket__changed') }}
),

looked_at as materialized (
    select ticket_key
    from {{ ref('int_ticket__current') }} as tickets
    where
        not exists (select 1 from changed)
        or exists (
            select 1 from changed
            where changed.ticket_key = tickets.ticket_key
        )
    order by md5(ticket_key)
    limit 200
),

-- Grouped ticket by ticket: the view answers quickly when it is asked about one.
told as (
    select stretches.*
    from looked_at
    cross join lateral (
        select
            explained.ticket_sla_key,
            sum(explained.counted_seconds) as counted_seconds
        from {{ ref('rpt_ticket_sla_stretch') }} as explained
        where explained.ticket_key = looked_at.ticket_key
        group by explained.ticket_sla_key
    ) as stretches
)

select
    facts.ticket_key,
    facts.ticket_sla_key,
    facts.elapsed_seconds,
    told.counted_seconds
from looked_at
inner join {{ ref('fct_ticket_sla') }} as facts
    on looked_at.ticket_key = facts.ticket_key
left join told
    on facts.ticket_sla_key = told.ticket_sla_key
where facts.elapsed_seconds <> coalesce(told.counted_seconds, 0)
