-- Grain: one row per contract, calendar year and condition of the yearly proposal
-- But months_below_score, which each rule counts by its own limit.
with failed_level_months as (
    select
        levels.contract_id,
        extract(year from levels.period_month)::integer as assessment_year,
        count(distinct levels.period_month) filter (where levels.is_missed) as month_count
    from {{ ref('int_penalty__level_months') }} as levels
    inner join {{ ref('int_period__months') }} as months
        on
            levels.contract_id = months.contract_id
            and levels.period_month = months.period_month
            and months.is_complete
    -- Where nothing was measured, that no level failed says nothing.
    where levels.measured_count > 0
    group by levels.contract_id, extract(year from levels.period_month)
),

-- Tickets of a service are counted by the levels that measure one thing of them: a ticket with two levels is one ticket.
service_counts as (
    select
        supplier_id,
        service_code,
        metric_code,
        extract(year from period_month)::integer as assessment_year,
        sum(measured_count + running_count + excused_count + not_measurable_count) as ticket_count
    from {{ ref('int_period__service_level_counts') }}
    where
        measure_kind = 'ticket_clock'
        and service_code is not null
    group by supplier_id, service_code, metric_code, extract(year from period_month)
),

service_shares as (
    select
        supplier_id,
        assessment_year,
        max(share_ratio) as largest_share_ratio
    from (
        select
            service_counts.*,
            ticket_count / nullif(sum(ticket_count) over (partition by service_code, metric_code, assessment_year), 0) as share_ratio
        from service_counts
    ) as shares
    group by supplier_id, assessment_year
)

select
    years.contract_id,
    years.assessment_year,
    conditions.condition_code,
    conditions.observed_value
from {{ ref('int_assessment__contract_years') }} as years
left join {{ ref('int_assessment__year_scores') }} as scores
    on
        years.supplier_id = scores.supplier_id
        and years.assessment_year = scores.assessment_year
left join {{ ref('int_assessment__formal_notices') }} as notices
    on
        years.contract_id = notices.contract_id
        and years.assessment_year = notices.assessment_year
left join failed_level_months
    on
        years.contract_id = failed_level_months.contract_id
        and years.assessment_year = failed_level_months.assessment_year
left join service_shares
    on
        years.supplier_id = service_shares.supplier_id
        and years.assessment_year = service_shares.assessment_year
-- Rights that arose in the year and could still be used on the day by which it is judged.
left join lateral (
    select count(distinct rights.penalty_term_id) as right_count
    from {{ ref('fct_termination_right') }} as rights
    where
        rights.contract_id = years.contract_id
        and rights.is_arisen
        and rights.period_month >= years.year_from
        and rights.period_month < years.year_to
        and (rights.last_notice_date is null or rights.last_notice_date >= years.judged_on)
) as open_rights on true
left join lateral (
    select count(*) as action_count
    from {{ ref('stg_governance__corrective_actions') }} as actions
    left join {{ ref('stg_governance__rectification_plans') }} as plans
        on actions.plan_id = plans.plan_id
    where
        actions.supplier_id = years.supplier_id
        and (plans.contract_id is null or plans.contract_id = years.contract_id)
        and actions.due_date < years.judged_on
        and coalesce(coalesce(actions.done_date, actions.verified_date) > years.judged_on, true)
) as overdue_actions on true
left join lateral (
    select count(*) as duty_count
    from {{ ref('int_obligation__duties') }} as duties
    where
        duties.supplier_id = years.supplier_id
        and (duties.contract_id is null or duties.contract_id = years.contract_id)
        and duties.owed_by = 'supplier'
        and duties.status_code = 'missing'
        and duties.due_date >= years.year_from
        and duties.due_date < years.year_to
) as missing_duties on true
left join lateral (
    select count(*) as paper_count
    from {{ ref('int_assessment__paper_states') }} as papers
    where
        papers.supplier_id = years.supplier_id
        and papers.asked_on = years.judged_on
        and papers.is_required
        and not papers.is_covered
) as lacking_papers on true
cross join
    lateral (
        values
        ('score_at_least', scores.score),
        ('score_below', scores.score),
        ('failed_level_months', failed_level_months.month_count::numeric),
        ('formal_notices', coalesce(notices.notice_count, 0)::numeric),
        ('open_termination_right', open_rights.right_count::numeric),
        ('overdue_actions', overdue_actions.action_count::numeric),
        ('missing_obligations', missing_duties.duty_count::numeric),
        ('expired_qualifications', lacking_papers.paper_count::numeric),
        ('service_share_above', service_shares.largest_share_ratio)
    ) as conditions (condition_code, observed_value)
