-- Grain: one row per contract and calendar year for which a term is agreed, with the term's end and the last day to give notice
with terms as (
    select
        terms.*,
        {{ effective_valid_to(['contract_id']) }} as effective_to
    from {{ ref('stg_contract_register__renewal_terms') }} as terms
),

-- A term that renews itself ends at the first of its ends that lies ahead; one that does not ends when it ends.
ahead as (
    select
        years.contract_id,
        years.assessment_year,
        years.run_date,
        terms.clause,
        coalesce(terms.notice_days, 0) as notice_days,
        coalesce(terms.notice_basis, 'calendar_days') as notice_basis,
        terms.calendar_id,
        terms.renews_for_months,
        coalesce(ends.term_ends_on, terms.term_ends_on) as term_ends_on
    from {{ ref('int_assessment__contract_years') }} as years
    inner join terms
        on
            years.contract_id = terms.contract_id
            and years.judged_on >= terms.valid_from
            and years.judged_on < terms.effective_to
    left join lateral (
        select min(terms.term_ends_on + make_interval(months => renewals.number * terms.renews_for_months))::date as term_ends_on
        from generate_series(0, 1200) as renewals (number)
        where terms.term_ends_on + make_interval(months => renewals.number * terms.renews_for_months) > years.judged_on
    ) as ends on true
),

-- The days of notice lie whole between the day on which notice is given and the end: the last one is as many days before the last day.
dated as (
    select
        ahead.*,
        case
            when notice_basis = 'calendar_days' or notice_days = 0 then term_ends_on - 1 - notice_days
            else (
                select first_day.local_date - 1
                from {{ ref('int_calendar__working_days') }} as first_day
                where
                    first_day.calendar_id = ahead.calendar_id
                    and first_day.working_day_number = (
                        select max(working_days.working_day_number) - ahead.notice_days + 1
                        from {{ ref('int_calendar__working_days') }} as working_days
                        where
                            working_days.calendar_id = ahead.calendar_id
                            and working_days.local_date < ahead.term_ends_on
                    )
                    -- Beyond the published calendar nothing is guessed.
                    and ahead.term_ends_on - first_day.local_date = (
                        select count(*)
                        from {{ ref('int_calendar__days') }} as published
                        where
                            published.calendar_id = ahead.calendar_id
                            and published.local_date >= first_day.local_date
                            and published.local_date < ahead.term_ends_on
                    )
            )
        end as last_notice_date
    from ahead
)

select
    contract_id,
    assessment_year,
    clause,
    notice_days,
    notice_basis,
    renews_for_months,
    term_ends_on,
    last_notice_date,
    last_notice_date - run_date as notice_days_left,
    case
        when last_notice_date is null then 'undated'
        when last_notice_date < run_date then 'passed'
        else 'open'
    end as notice_state_code
from dated
