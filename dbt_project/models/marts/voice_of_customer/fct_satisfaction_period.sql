-- Grain: one row per supplier, questionnaire, question, kind of period and period since the supplier was first asked about
with run as (
    select as_of from {{ ref('stg_ops__run') }}
),

answers as (
    select
        *,
        coalesce(supplier_id, 'unknown') as about_supplier_id,
        coalesce(questionnaire_code, 'unknown') as asked_questionnaire_code
    from {{ ref('int_survey__answers_scored') }}
    where answer_status_code <> 'not_scored'
),

answers_of_month as (
    select
        about_supplier_id as supplier_id,
        asked_questionnaire_code as questionnaire_code,
        question_code,
        period_month,
        count(counted_score) as answer_count,
        coalesce(sum(counted_score), 0) as score_sum,
        count(*) filter (where is_satisfied) as satisfied_count,
        count(is_promoter) as nps_answer_count,
        count(*) filter (where is_promoter) as promoter_count,
        count(*) filter (where is_detractor) as detractor_count,
        count(*) filter (where answer_status_code = 'no_answer') as no_answer_count,
        count(*) filter (where answer_status_code = 'duplicate') as duplicate_count,
        count(*) filter (where answer_status_code = 'late') as late_count
    from answers
    group by about_supplier_id, asked_questionnaire_code, question_code, period_month
),

-- Responses and invitations belong to the questionnaire; each of its questions shows them.
responses_of_month as (
    select
        supplier_id,
        questionnaire_code,
        period_month,
        count(*) as response_count
    from (
        select
            about_supplier_id as supplier_id,
            asked_questionnaire_code as questionnaire_code,
            min(period_month) as period_month
        from answers
        where answer_status_code = 'counted'
        group by about_supplier_id, asked_questionnaire_code, source_system, response_id
    ) as responses
    group by supplier_id, questionnaire_code, period_month
),

invitations_of_month as (
    select
        about.supplier_id,
        invitations.questionnaire_code,
        date_trunc('month', invitations.sent_at at time zone 'UTC')::date as period_month,
        count(*) as invitation_count,
        count(answered.invitation_id) as answered_invitation_count
    from {{ ref('stg_survey__invitations') }} as invitations
    left join {{ ref('int_ticket__current') }} as tickets
        on invitations.ticket_key = tickets.ticket_key
    cross join
        lateral (
            select coalesce(invitations.supplier_id, {{ supplier_holding('tickets', 'invitations.sent_at') }}, 'unknown') as supplier_id
        ) as about
    left join (
        select distinct
            source_system,
            invitation_id
        from answers
        where answer_status_code = 'counted' and invitation_id is not null
    ) as answered
        on
            invitations.source_system = answered.source_system
            and invitations.invitation_id = answered.invitation_id
    where invitations.sent_at <= (select run.as_of from run)
    group by about.supplier_id, invitations.questionnaire_code, date_trunc('month', invitations.sent_at at time zone 'UTC')
),

asked_about as (
    select
        supplier_id,
        questionnaire_code,
        min(period_month) as first_month
    from (
        select
            supplier_id,
            questionnaire_code,
            period_month
        from answers_of_month
        union all
        select
            supplier_id,
            questionnaire_code,
            period_month
        from invitations_of_month
    ) as occasions
    group by supplier_id, questionnaire_code
),

questionnaires as (
    select
        versions.*,
        {{ effective_valid_to(['questionnaire_code', 'question_code']) }} as effective_to
    from {{ ref('stg_survey__questionnaires') }} as versions
),

questions as (
    select
        questionnaire_code,
        question_code
    from questionnaires
    where question_code is not null and coalesce(question_kind, 'rating') <> 'text'
    union distinct
    select
        questionnaire_code,
        question_code
    from answers_of_month
),

-- Months without an answer too: silence is a finding.
months as (
    select
        asked_about.supplier_id,
        asked_about.questionnaire_code,
        coalesce(questions.question_code, 'unknown') as question_code,
        generated.month_at::date as period_month
    from asked_about
    left join questions
        on asked_about.questionnaire_code = questions.questionnaire_code
    cross join run
    cross join
        lateral generate_series(
            asked_about.first_month::timestamp, date_trunc('month', run.as_of at time zone 'UTC'), interval '1 month'
        ) as generated (month_at)
),

pooled as (
    select
        months.supplier_id,
        months.questionnaire_code,
        months.question_code,
        kinds.period_kind_code,
        spans.period_at::date as period_from,
        (spans.period_at + kinds.length)::date as period_to,
        coalesce(sum(invitations_of_month.invitation_count), 0)::bigint as invitation_count,
        coalesce(sum(invitations_of_month.answered_invitation_count), 0)::bigint as answered_invitation_count,
        coalesce(sum(responses_of_month.response_count), 0)::bigint as response_count,
        coalesce(sum(answers_of_month.answer_count), 0)::bigint as answer_count,
        sum(answers_of_month.score_sum) as score_sum,
        coalesce(sum(answers_of_month.satisfied_count), 0)::bigint as satisfied_count,
        coalesce(sum(answers_of_month.nps_answer_count), 0)::bigint as nps_answer_count,
        coalesce(sum(answers_of_month.promoter_count), 0)::bigint as promoter_count,
        coalesce(sum(answers_of_month.detractor_count), 0)::bigint as detractor_count,
        coalesce(sum(answers_of_month.no_answer_count), 0)::bigint as no_answer_count,
        coalesce(sum(answers_of_month.duplicate_count), 0)::bigint as duplicate_count,
        coalesce(sum(answers_of_month.late_count), 0)::bigint as late_count
    from months
    cross join
        (
            values
            ('month', interval '1 month'),
            ('quarter', interval '3 months'),
            ('year', interval '1 year')
        ) as kinds (period_kind_code, length)
    cross join lateral (select date_trunc(kinds.period_kind_code, months.period_month::timestamp) as period_at) as spans
    left join answers_of_month
        on
            months.supplier_id = answers_of_month.supplier_id
            and months.questionnaire_code = answers_of_month.questionnaire_code
            and months.question_code = answers_of_month.question_code
            and months.period_month = answers_of_month.period_month
    left join responses_of_month
        on
            months.supplier_id = responses_of_month.supplier_id
            and months.questionnaire_code = responses_of_month.questionnaire_code
            and months.period_month = responses_of_month.period_month
    left join invitations_of_month
        on
            months.supplier_id = invitations_of_month.supplier_id
            and months.questionnaire_code = invitations_of_month.questionnaire_code
            and months.period_month = invitations_of_month.period_month
    group by months.supplier_id, months.questionnaire_code, months.question_code, kinds.period_kind_code, kinds.length, spans.period_at
),

-- The terms in force on the first day; of a questionnaire that begins within the period its first ones.
rated as (
    select
        pooled.*,
        terms.questionnaire_kind,
        terms.questionnaire_name,
        terms.questionnaire_name_zh,
        terms.question_text,
        terms.question_text_zh,
        terms.target_ratio,
        coalesce(terms.question_kind, 'rating') as question_kind,
        coalesce(terms.minimum_sample, 1) as minimum_sample,
        pooled.satisfied_count::numeric / nullif(pooled.answer_count, 0) as satisfied_ratio,
        {{ wilson_bound('pooled.satisfied_count', 'pooled.answer_count', '-') }} as satisfied_low,
        {{ wilson_bound('pooled.satisfied_count', 'pooled.answer_count', '+') }} as satisfied_high
    from pooled
    left join lateral (
        select questionnaires.*
        from questionnaires
        where
            questionnaires.questionnaire_code = pooled.questionnaire_code
            and (questionnaires.question_code is null or questionnaires.question_code = pooled.question_code)
            and questionnaires.valid_from < pooled.period_to
            and questionnaires.effective_to > pooled.period_from
        order by
            greatest(questionnaires.valid_from, pooled.period_from),
            questionnaires.question_code is not null desc
        limit 1
    ) as terms on true
)

select
    {{ surrogate_key([
        'rated.supplier_id', 'rated.questionnaire_code', 'rated.question_code', 'rated.period_kind_code', 'rated.period_from'
    ]) }} as satisfaction_period_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    rated.supplier_id,
    rated.questionnaire_code,
    rated.question_code,
    rated.questionnaire_kind as questionnaire_kind_code,
    rated.questionnaire_name,
    rated.questionnaire_name_zh,
    rated.question_text,
    rated.question_text_zh,
    rated.question_kind as question_kind_code,
    rated.period_kind_code,
    rated.period_from,
    rated.period_to,
    rated.period_to::timestamp at time zone 'UTC' <= run.as_of as is_period_complete,
    rated.invitation_count,
    rated.answered_invitation_count,
    rated.answered_invitation_count::numeric / nullif(rated.invitation_count, 0) as response_ratio,
    rated.response_count,
    rated.answer_count,
    rated.satisfied_count,
    rated.satisfied_ratio,
    rated.satisfied_low,
    rated.satisfied_high,
    rated.score_sum / nullif(rated.answer_count, 0) as mean_ratio,
    case when rated.question_kind = 'nps' or rated.nps_answer_count > 0 then rated.promoter_count end as promoter_count,
    case when rated.question_kind = 'nps' or rated.nps_answer_count > 0 then rated.detractor_count end as detractor_count,
    (rated.promoter_count - rated.detractor_count)::numeric / nullif(rated.nps_answer_count, 0) as nps,
    rated.no_answer_count,
    rated.duplicate_count,
    rated.late_count,
    rated.target_ratio,
    rated.minimum_sample,
    case
        when rated.answer_count = 0 then 'no_data'
        when rated.target_ratio is null then 'no_target'
        when rated.answer_count < rated.minimum_sample then 'below_minimum_sample'
        when rated.satisfied_count < rated.target_ratio * rated.answer_count then 'missed'
        else 'met'
    end as status_code,
    rated.satisfied_high < rated.target_ratio as is_missed_for_sure,
    run.as_of
from rated
cross join run
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        rated.supplier_id = suppliers.supplier_id
        and suppliers.is_current
