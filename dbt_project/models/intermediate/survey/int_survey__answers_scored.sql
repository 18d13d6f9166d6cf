-- Grain: one row per survey response and question, with the supplier it is about, its score mapped to 0-1 and whether it counts
with questions as (
    select
        questionnaires.*,
        {{ effective_valid_to(['questionnaire_code', 'question_code']) }} as effective_to
    from {{ ref('stg_survey__questionnaires') }} as questionnaires
),

-- What the response does not say, its invitation does.
delivered as (
    select
        responses.source_system,
        responses.response_id,
        responses.question_code,
        responses.invitation_id,
        responses.answered_at,
        responses.score,
        responses.scale_min,
        responses.scale_max,
        responses.comment,
        responses._source_file,
        responses._source_row_number,
        responses._delivery_id,
        coalesce(responses.questionnaire_code, invitations.questionnaire_code) as questionnaire_code,
        coalesce(responses.supplier_id, invitations.supplier_id) as stated_supplier_id,
        coalesce(responses.ticket_key, invitations.ticket_key) as named_ticket_key,
        case when responses.ticket_key is null then invitations.ticket_id else responses.ticket_id end as ticket_id,
        coalesce(responses.respondent_id, invitations.respondent_id) as respondent_id,
        invitations.sent_at
    from {{ ref('stg_survey__responses') }} as responses
    cross join {{ ref('stg_ops__run') }} as run
    left join {{ ref('stg_survey__invitations') }} as invitations
        on
            responses.source_system = invitations.source_system
            and responses.invitation_id = invitations.invitation_id
            and run.as_of >= invitations.sent_at
    where responses.answered_at <= run.as_of
),

-- The terms of the question when it was answered; a row of the question itself goes before that of all questions.
scored as (
    select
        delivered.*,
        coalesce(terms.question_kind, 'rating') as question_kind,
        terms.questionnaire_kind,
        coalesce(terms.top_box_from, 0.75) as top_box_from,
        coalesce(terms.promoter_from, 0.9) as promoter_from,
        coalesce(terms.detractor_to, 0.6) as detractor_to,
        delivered.sent_at + make_interval(hours => 24 * terms.answer_within_days) as answer_until,
        case
            when terms.question_kind = 'text' then null
            when terms.is_reversed then (delivered.scale_max - delivered.score) / (delivered.scale_max - delivered.scale_min)
            else (delivered.score - delivered.scale_min) / (delivered.scale_max - delivered.scale_min)
        end as normalised_score
    from delivered
    left join lateral (
        select questions.*
        from questions
        where
            questions.questionnaire_code = delivered.questionnaire_code
            and (questions.question_code is null or questions.question_code = delivered.question_code)
            and (delivered.answered_at at time zone 'UTC')::date >= questions.valid_from
            and (delivered.answered_at at time zone 'UTC')::date < questions.effective_to
        order by questions.question_code is not null desc
        limit 1
    ) as terms on true
),

-- A questionnaire that was sent back without any score keeps no other one from counting.
responded as (
    select
        source_system,
        response_id,
        min(answered_at) as responded_at
    from scored
    where normalised_score is not null
    group by source_system, response_id
),

-- Of several responses to one invitation, or of one respondent on one ticket where one of them names no invitation, the first counts.
repeats as (
    select
        scored.source_system,
        scored.response_id,
        scored.question_code,
        case
            when
                scored.invitation_id is not null
                and scored.response_id <> first_value(scored.response_id) over (
                    partition by scored.source_system, scored.invitation_id
                    order by responded.responded_at, scored.response_id
                )
                then true
            when scored.named_ticket_key is null or scored.respondent_id is null then false
            when scored.invitation_id is null
                then scored.response_id <> first_value(scored.response_id) over (
                    of_respondent order by responded.responded_at, scored.invitation_id is not null, scored.response_id
                )
            else
                coalesce(
                    min(responded.responded_at) filter (where scored.invitation_id is null) over of_respondent <= responded.responded_at,
                    false
                )
        end as is_repeat
    from scored
    inner join responded
        on
            scored.source_system = responded.source_system
            and scored.response_id = responded.response_id
    where scored.invitation_id is not null or (scored.named_ticket_key is not null and scored.respondent_id is not null)
    window of_respondent as (
        partition by scored.source_system, scored.questionnaire_code, scored.named_ticket_key, scored.respondent_id
    )
),

judged as (
    select
        scored.*,
        case
            when scored.question_kind = 'text' then 'not_scored'
            when scored.score is null then 'no_answer'
            when repeats.is_repeat then 'duplicate'
            when scored.answered_at > scored.answer_until then 'late'
            else 'counted'
        end as answer_status_code
    from scored
    left join repeats
        on
            scored.source_system = repeats.source_system
            and scored.response_id = repeats.response_id
            and scored.question_code = repeats.question_code
)

select
    judged.source_system,
    judged.response_id,
    judged.question_code,
    judged.questionnaire_code,
    coalesce(judged.stated_supplier_id, {{ supplier_holding('tickets', 'judged.answered_at') }}) as supplier_id,
    judged.stated_supplier_id is not null as is_supplier_stated,
    tickets.ticket_key,
    judged.ticket_id,
    judged.answered_at,
    date_trunc('month', judged.answered_at at time zone 'UTC')::date as period_month,
    judged.score,
    judged.scale_min,
    judged.scale_max,
    judged.normalised_score,
    judged.comment,
    judged._source_file,
    judged._source_row_number,
    judged._delivery_id,
    judged.invitation_id,
    judged.questionnaire_kind,
    judged.question_kind,
    judged.answer_status_code,
    -- Of answers that count only; whatever is counted by these columns counts nothing else.
    case when judged.answer_status_code = 'counted' then judged.normalised_score end as counted_score,
    case when judged.answer_status_code = 'counted' then judged.normalised_score >= judged.top_box_from end as is_satisfied,
    case
        when judged.answer_status_code = 'counted' and judged.question_kind = 'nps' then judged.normalised_score >= judged.promoter_from
    end as is_promoter,
    case
        when judged.answer_status_code = 'counted' and judged.question_kind = 'nps' then judged.normalised_score <= judged.detractor_to
    end as is_detractor
from judged
left join {{ ref('int_ticket__current') }} as tickets
    on judged.named_ticket_key = tickets.ticket_key
