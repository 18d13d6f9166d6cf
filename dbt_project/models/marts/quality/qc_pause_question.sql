-- Grain: one row per suspicious event and reason to look at it
with holding_parties as (
    select
        parties.*,
        {{ effective_valid_to(['contract_id', 'state_code', 'reason_code']) }} as effective_to
    from {{ ref('stg_contract_register__holding_parties') }} as parties
),

actors as (
    select
        people.*,
        {{ effective_valid_to(['actor_id']) }} as effective_to
    from {{ ref('stg_ticketing__actors') }} as people
),

pauses as (
    select
        pauses.*,
        coalesce(pauses.resumed_at, run.as_of) as judged_at,
        (pauses.paused_at at time zone coalesce(contracts.time_zone, 'UTC'))::date as paused_on
    from {{ ref('int_fairness__pauses') }} as pauses
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('int_register__contracts_latest') }} as contracts
        on pauses.contract_id = contracts.contract_id
),

for_the_customer as (
    select pauses.*
    from pauses
    where
        (not pauses.is_asked_on_ticket or pauses.answered_at is not null)
        and {{ holding_party(
            'holding_parties', 'pauses.contract_id', 'pauses.state_code', 'pauses.reason_code', 'pauses.paused_on'
        ) }} = 'customer'
),

suspicious as (
    select
        for_the_customer.*,
        reasons.code as question_code
    from for_the_customer
    inner join {{ ref('pause_question_reason') }} as reasons
        on reasons.code = 'paused_nobody_asked'
    where
        not for_the_customer.is_asked_on_ticket
        and (
            for_the_customer.resumed_at is not null
            or for_the_customer.judged_at > for_the_customer.paused_at + make_interval(mins => reasons.tolerated_minutes)
        )
        and not exists (
            select 1 from {{ ref('stg_ticketing__contacts') }} as contacts
            where
                contacts.ticket_key = for_the_customer.ticket_key
                and contacts.contacted_at >= for_the_customer.paused_at - make_interval(mins => reasons.tolerated_minutes)
                and contacts.contacted_at <= for_the_customer.judged_at
        )
    union all
    select
        for_the_customer.*,
        reasons.code as question_code
    from for_the_customer
    inner join {{ ref('pause_question_reason') }} as reasons
        on reasons.code = 'answered_while_paused'
    where for_the_customer.judged_at > for_the_customer.answered_at + make_interval(mins => reasons.tolerated_minutes)
    union all
    select
        pauses.*,
        'paused_after_due' as question_code
    from pauses
    where pauses.breached_at is not null
    union all
    select
        pauses.*,
        'paused_by_party_that_gains' as question_code
    from pauses
    inner join actors
        on
            pauses.actor_id = actors.actor_id
            and actors.party_code = 'supplier'
            and pauses.supplier_id = actors.supplier_id
            and pauses.paused_on >= actors.valid_from
            and pauses.paused_on < actors.effective_to
),

questions as (
    select
        ticket_key,
        question_code,
        'pause' as subject_code,
        contract_id,
        supplier_id,
        work_centre_id,
        paused_at as event_at,
        state_code,
        reason_code as state_reason_code,
        resumed_at,
        extract(epoch from date_trunc('second', judged_at) - date_trunc('second', paused_at))::bigint as paused_seconds,
        case when question_code = 'answered_while_paused' then answered_at end as answered_at,
        case when question_code = 'paused_after_due' then breached_at end as breached_at,
        null::timestamptz as not_known_at,
        null::text as value_before,
        null::text as value_after,
        _source_row_number,
        _delivery_id
    from suspicious
    union all
    select
        ticket_key,
        reason_code as question_code,
        subject_code,
        null as contract_id,
        supplier_id,
        work_centre_id,
        event_at,
        null as state_code,
        null as state_reason_code,
        null as resumed_at,
        null as paused_seconds,
        null as answered_at,
        breached_at,
        not_known_at,
        value_before,
        value_after,
        _source_row_number,
        _delivery_id
    from {{ ref('int_fairness__late_entries') }}
)

select
    {{ surrogate_key([
        'questions.ticket_key',
        'questions.question_code',
        'questions.subject_code',
        'questions.event_at',
        'questions.value_before',
        'questions.value_after'
    ]) }} as pause_question_key,
    questions.question_code,
    reasons.label as question_name,
    reasons.label_zh as question_name_zh,
    questions.ticket_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    tickets.source_system,
    tickets.ticket_id,
    questions.supplier_id,
    questions.contract_id,
    questions.work_centre_id,
    questions.subject_code,
    questions.event_at,
    questions.state_code,
    questions.state_reason_code,
    questions.resumed_at,
    questions.paused_seconds,
    questions.answered_at,
    questions.breached_at,
    questions.not_known_at,
    questions.value_before,
    questions.value_after,
    run.as_of,
    deliveries.source_file as _source_file,
    questions._source_row_number,
    questions._delivery_id
from questions
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_ticket__current') }} as tickets
    on questions.ticket_key = tickets.ticket_key
inner join {{ ref('pause_question_reason') }} as reasons
    on questions.question_code = reasons.code
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        questions.supplier_id = suppliers.supplier_id
        and questions.event_at >= suppliers.valid_from
        and questions.event_at < suppliers.valid_to
left join {{ ref('stg_ops__accepted_deliveries') }} as deliveries
    on questions._delivery_id = deliveries.delivery_id
