-- Grain: one row per answer to a survey question and service level that counts it
with answers as (
    select *
    from {{ ref('int_survey__answers_scored') }}
    where
        answer_status_code = 'counted'
        -- Nothing to look at in most companies.
        and exists (
            select 1 from {{ ref('int_register__service_level_versions') }} as levels
            where levels.measure_kind = 'survey'
        )
),

-- Like the ticket itself: under the contract that it names, else under those of the supplier that the answer is about.
under_the_tickets_contracts as (
    select
        answers.*,
        contracts.contract_id
    from answers
    inner join {{ ref('int_ticket__contracts') }} as contracts
        on
            answers.ticket_key = contracts.ticket_key
            and (
                answers.supplier_id = contracts.supplier_id
                or (contracts.is_contract_named and not answers.is_supplier_stated)
            )
),

-- An answer without such a ticket speaks of the supplier as a whole.
under_the_suppliers_contracts as (
    select
        answers.*,
        contracts.contract_id
    from answers
    inner join {{ ref('int_register__contract_versions') }} as contracts
        on
            answers.supplier_id = contracts.supplier_id
            and answers.answered_at >= contracts.valid_from
            and answers.answered_at < contracts.valid_to
    where
        not exists (
            select 1
            from under_the_tickets_contracts as found
            where
                found.source_system = answers.source_system
                and found.response_id = answers.response_id
                and found.question_code = answers.question_code
        )
),

under_contracts as (
    select * from under_the_tickets_contracts
    union all
    select * from under_the_suppliers_contracts
),

-- The version in force when it was answered, of these the row that fits the ticket best.
counting as (
    select distinct on (under_contracts.source_system, under_contracts.response_id, under_contracts.question_code, levels.service_level_id)
        levels.contract_id,
        levels.service_level_id,
        under_contracts.source_system,
        under_contracts.response_id,
        under_contracts.question_code,
        under_contracts.ticket_key,
        under_contracts.answered_at,
        under_contracts.normalised_score,
        levels.survey_measure,
        under_contracts.normalised_score >= levels.top_box_from as is_satisfied
    from under_contracts
    left join {{ ref('int_ticket__current') }} as tickets
        on under_contracts.ticket_key = tickets.ticket_key
    inner join {{ ref('int_register__service_level_versions') }} as levels
        on
            under_contracts.contract_id = levels.contract_id
            and levels.measure_kind = 'survey'
            and (levels.question_code is null or under_contracts.question_code = levels.question_code)
            and (levels.ticket_type_code is null or tickets.ticket_type_code = levels.ticket_type_code)
            and (levels.category_code is null or tickets.category_code = levels.category_code)
            and (levels.priority_code is null or tickets.priority_code = levels.priority_code)
            and under_contracts.answered_at >= levels.valid_from
            and under_contracts.answered_at < levels.valid_to
    order by
        under_contracts.source_system,
        under_contracts.response_id,
        under_contracts.question_code,
        levels.service_level_id,
        levels.selector_rank desc,
        levels.service_level_key
)

select
    counting.contract_id,
    counting.service_level_id,
    months.period_month,
    counting.source_system,
    counting.response_id,
    counting.question_code,
    counting.ticket_key,
    counting.answered_at,
    counting.normalised_score,
    counting.is_satisfied,
    case counting.survey_measure
        when 'mean' then counting.normalised_score
        else counting.is_satisfied::integer::numeric
    end as attained_quantity,
    coalesce(excusing.is_excused, false) as is_excused
from counting
inner join {{ ref('int_period__months') }} as months
    on
        counting.contract_id = months.contract_id
        and counting.answered_at >= months.month_from
        and counting.answered_at < months.month_to
left join lateral (
    select true as is_excused
    from {{ ref('int_register__exclusions_in_effect') }} as exclusions
    where
        (exclusions.contract_id is null or exclusions.contract_id = counting.contract_id)
        and (exclusions.service_level_id is null or exclusions.service_level_id = counting.service_level_id)
        and (exclusions.ticket_key is null or exclusions.ticket_key = counting.ticket_key)
        and case
            when exclusions.is_whole then exclusions.ticket_key is not null
            else
                exclusions.window_effect = 'excuses_tickets'
                and counting.answered_at >= exclusions.excluded_from
                and counting.answered_at < exclusions.excluded_to
        end
    limit 1
) as excusing on true
