-- Grain: one row per clause, contract and period that has begun, and one per supplier's report that no clause asks for
with versions as (
    select
        terms.*,
        {{ effective_valid_to(['obligation_id']) }} as effective_to
    from {{ ref('stg_contract_register__obligation_terms') }} as terms
),

terms as (
    select
        versions.*,
        lag(effective_to) over (partition by obligation_id order by valid_from) as earlier_to
    from versions
),

-- Periods are counted from the month in which the version begins. The version in force on the first day speaks for the period.
periods as (
    select
        terms.obligation_id,
        terms.clause,
        terms.owed_by,
        terms.obligation_kind,
        terms.subject_code,
        terms.target_ratio,
        terms._source_file,
        terms._source_row_number,
        terms._delivery_id,
        contracts.contract_id,
        generated.period_at::date as period_from,
        (generated.period_at + make_interval(months => terms.period_months))::date as period_to,
        (generated.period_at + make_interval(months => terms.period_months))::date - 1 + coalesce(terms.due_days, 0) as due_date,
        (run.as_of at time zone contracts.time_zone)::date as run_date
    from terms
    inner join {{ ref('int_register__contracts_latest') }} as contracts
        on terms.contract_id is null or terms.contract_id = contracts.contract_id
    cross join {{ ref('stg_ops__run') }} as run
    cross join
        lateral generate_series(
            date_trunc('month', terms.valid_from::timestamp),
            run.as_of at time zone contracts.time_zone,
            make_interval(months => terms.period_months)
        ) as generated (period_at)
    where
        greatest(generated.period_at::date, terms.valid_from) < terms.effective_to
        -- A version that begins within a month leaves the month to the one before it.
        and coalesce(terms.earlier_to <= generated.period_at::date, true)
),

-- Owed where the contract still holds on the last day: a contract that ends within the period owes nothing for the piece.
duties as (
    select
        periods.*,
        contracts.contract_key,
        contracts.supplier_id,
        {{ local_midnight('(periods.period_to - 1)', 'contracts.time_zone') }} as held_at
    from periods
    inner join {{ ref('int_register__contract_versions') }} as contracts
        on
            periods.contract_id = contracts.contract_id
            and {{ local_midnight('(periods.period_to - 1)', 'contracts.time_zone') }} >= contracts.valid_from
            and {{ local_midnight('(periods.period_to - 1)', 'contracts.time_zone') }} < contracts.valid_to
),

-- What was done, with the day that says for which period.
deeds as (
    select
        'supplier_report' as obligation_kind,
        supplier_id,
        null as contract_id,
        report_code as subject_code,
        period_month as placed_date,
        handed_in_date as done_date,
        report_code || ' ' || to_char(period_month, 'YYYY-MM') as reference
    from {{ ref('stg_governance__supplier_reports') }}
    union all
    select
        'review_meeting' as obligation_kind,
        supplier_id,
        contract_id,
        null as subject_code,
        coalesce(period_month, held_date) as placed_date,
        held_date as done_date,
        meeting_id as reference
    from {{ ref('stg_governance__review_meetings') }}
    union all
    select
        'assessment' as obligation_kind,
        supplier_id,
        contract_id,
        assessment_kind as subject_code,
        assessed_date as placed_date,
        assessed_date as done_date,
        assessment_id as reference
    from {{ ref('stg_governance__assessments') }}
),

-- The first that fits. An assessment names no period: one within the days of grace will do as well.
done as (
    select distinct on (duties.obligation_id, duties.contract_id, duties.period_from)
        duties.obligation_id,
        duties.contract_id,
        duties.period_from,
        deeds.done_date,
        deeds.reference
    from duties
    inner join deeds
        on
            duties.obligation_kind = deeds.obligation_kind
            and duties.supplier_id = deeds.supplier_id
            and (deeds.contract_id is null or duties.contract_id = deeds.contract_id)
            and (duties.subject_code is null or deeds.subject_code is null or duties.subject_code = deeds.subject_code)
            and duties.run_date >= deeds.done_date
            and duties.period_from <= deeds.placed_date
            and (
                duties.period_to > deeds.placed_date
                or (duties.obligation_kind = 'assessment' and duties.due_date >= deeds.placed_date)
            )
    order by duties.obligation_id, duties.contract_id, duties.period_from, deeds.done_date, deeds.reference
),

-- A share of people: done on the day on which enough of those due by the end of the period were trained.
trained as (
    select
        duties.obligation_id,
        duties.contract_id,
        duties.period_from,
        count(*) as due_count,
        count(*) filter (where trainings.done_date <= least(duties.due_date, duties.run_date)) as trained_count,
        (array_agg(trainings.done_date order by trainings.done_date) filter (where trainings.done_date <= duties.run_date))[
            greatest(ceil(coalesce(duties.target_ratio, 1) * count(*)), 1)::integer
        ] as done_date
    from duties
    inner join {{ ref('stg_governance__trainings') }} as trainings
        on
            duties.supplier_id = trainings.supplier_id
            and (duties.subject_code is null or duties.subject_code = trainings.training_code)
            and duties.period_to > trainings.due_date
    where duties.obligation_kind = 'training'
    group by duties.obligation_id, duties.contract_id, duties.period_from, duties.target_ratio
),

all_duties as (
    select
        duties.obligation_id,
        duties.contract_id,
        duties.contract_key,
        duties.supplier_id,
        duties.held_at,
        duties.clause,
        duties.owed_by,
        duties.obligation_kind,
        duties.subject_code,
        duties.period_from,
        duties.period_to,
        duties.due_date,
        coalesce(done.done_date, trained.done_date) as done_date,
        done.reference as evidence_reference,
        case when duties.obligation_kind = 'training' then coalesce(duties.target_ratio, 1) end as target_ratio,
        case when duties.obligation_kind = 'training' then coalesce(trained.due_count, 0) end as person_count,
        case when duties.obligation_kind = 'training' then coalesce(trained.trained_count, 0) end as trained_count,
        duties.run_date,
        duties._source_file,
        duties._source_row_number,
        duties._delivery_id
    from duties
    left join done
        on
            duties.obligation_id = done.obligation_id
            and duties.contract_id = done.contract_id
            and duties.period_from = done.period_from
    left join trained
        on
            duties.obligation_id = trained.obligation_id
            and duties.contract_id = trained.contract_id
            and duties.period_from = trained.period_from
    union all
    select
        null as obligation_id,
        null as contract_id,
        'not_applicable' as contract_key,
        reports.supplier_id,
        least({{ local_midnight('reports.due_date', "'UTC'") }}, run.as_of) as held_at,
        null as clause,
        'supplier' as owed_by,
        'supplier_report' as obligation_kind,
        reports.report_code as subject_code,
        reports.period_month as period_from,
        (reports.period_month + interval '1 month')::date as period_to,
        reports.due_date,
        case when reports.handed_in_date <= (run.as_of at time zone 'UTC')::date then reports.handed_in_date end as done_date,
        case
            when reports.handed_in_date <= (run.as_of at time zone 'UTC')::date
                then reports.report_code || ' ' || to_char(reports.period_month, 'YYYY-MM')
        end as evidence_reference,
        null as target_ratio,
        null as person_count,
        null as trained_count,
        (run.as_of at time zone 'UTC')::date as run_date,
        reports._source_file,
        reports._source_row_number,
        reports._delivery_id
    from {{ ref('stg_governance__supplier_reports') }} as reports
    cross join {{ ref('stg_ops__run') }} as run
    where not exists (
        select 1
        from duties
        where
            duties.obligation_kind = 'supplier_report'
            and duties.supplier_id = reports.supplier_id
            and (duties.subject_code is null or duties.subject_code = reports.report_code)
            and duties.period_from <= reports.period_month
            and duties.period_to > reports.period_month
    )
)

select
    {{ surrogate_key([
        'all_duties.obligation_id', 'all_duties.contract_id', 'all_duties.supplier_id', 'all_duties.subject_code', 'all_duties.period_from'
    ]) }} as obligation_key,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    all_duties.*,
    -- The order of these branches is the precedence of the states.
    case
        when all_duties.person_count = 0 then 'no_data'
        when all_duties.done_date <= all_duties.due_date then 'done'
        when all_duties.done_date is not null then 'done_late'
        when all_duties.due_date < all_duties.run_date then 'missing'
        else 'due'
    end as status_code
from all_duties
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        all_duties.supplier_id = suppliers.supplier_id
        and all_duties.held_at >= suppliers.valid_from
        and all_duties.held_at < suppliers.valid_to
