-- Grain: one row per supplier, day on which it is asked and kind of qualification paper that is asked for or held
-- The days: that of the run, and those by which the years of contracts are judged.
with asked as (
    select
        supplier_id,
        asked_on,
        bool_or(is_under_contract) as is_under_contract
    from (
        select
            supplier_id,
            judged_on as asked_on,
            true as is_under_contract
        from {{ ref('int_assessment__contract_years') }}
        union all
        select
            suppliers.supplier_id,
            (run.as_of at time zone 'UTC')::date as asked_on,
            suppliers.supplier_id in (
                select contracts.supplier_id
                from {{ ref('int_register__contract_versions') }} as contracts
                where
                    contracts.valid_from <= run.as_of
                    and contracts.valid_to > run.as_of
            ) as is_under_contract
        from {{ ref('int_register__supplier_versions') }} as suppliers
        cross join {{ ref('stg_ops__run') }} as run
        where suppliers.is_current
    ) as days
    group by supplier_id, asked_on
),

terms as (
    select
        terms.*,
        {{ effective_valid_to(['qualification_code', 'supplier_category_code']) }} as effective_to
    from {{ ref('stg_contract_register__qualification_terms') }} as terms
),

-- What is asked of all suppliers is asked of each; a row of the supplier's own category goes before the general one of the same paper.
asked_for as (
    select distinct on (asked.supplier_id, asked.asked_on, terms.qualification_code)
        asked.supplier_id,
        asked.asked_on,
        terms.qualification_code,
        terms.qualification_name,
        terms.qualification_name_zh,
        terms.qualification_kind,
        terms.clause,
        terms.warn_days,
        coalesce(terms.is_required, false) and asked.is_under_contract as is_required
    from asked
    inner join {{ ref('int_register__supplier_versions') }} as suppliers
        on
            asked.supplier_id = suppliers.supplier_id
            and suppliers.is_current
    inner join terms
        on
            asked.asked_on >= terms.valid_from
            and asked.asked_on < terms.effective_to
            and (terms.supplier_category_code is null or suppliers.category_code = terms.supplier_category_code)
    order by asked.supplier_id, asked.asked_on, terms.qualification_code, terms.supplier_category_code nulls last
),

held as (
    select
        asked.supplier_id,
        asked.asked_on,
        papers.qualification_code,
        papers.covered_dates,
        min(papers.effective_to) as first_effective_to,
        min(papers.valid_from) filter (where papers.valid_from > asked.asked_on) as next_valid_from
    from asked
    inner join {{ ref('int_assessment__papers') }} as papers
        on asked.supplier_id = papers.supplier_id
    group by asked.supplier_id, asked.asked_on, papers.qualification_code, papers.covered_dates
),

together as (
    select
        coalesce(asked_for.supplier_id, held.supplier_id) as supplier_id,
        coalesce(asked_for.asked_on, held.asked_on) as asked_on,
        coalesce(asked_for.qualification_code, held.qualification_code) as qualification_code,
        asked_for.qualification_name,
        asked_for.qualification_name_zh,
        asked_for.qualification_kind,
        asked_for.clause,
        coalesce(asked_for.warn_days, 60) as warn_days,
        coalesce(asked_for.is_required, false) as is_required,
        held.supplier_id is not null as is_held,
        held.covered_dates,
        held.first_effective_to,
        held.next_valid_from
    from asked_for
    full join held
        on
            asked_for.supplier_id = held.supplier_id
            and asked_for.asked_on = held.asked_on
            and asked_for.qualification_code = held.qualification_code
    where asked_for.is_required or held.supplier_id is not null
),

covered as (
    select
        together.*,
        coalesce(covered_dates @> asked_on, false) as is_covered,
        (
            select nullif(upper(stretch), 'infinity')
            from unnest(covered_dates) as stretch
            where stretch @> asked_on
        ) as covered_until_date
    from together
)

select
    supplier_id,
    asked_on,
    qualification_code,
    qualification_name,
    qualification_name_zh,
    qualification_kind,
    clause,
    warn_days,
    is_required,
    is_covered,
    covered_until_date,
    next_valid_from,
    -- The order of these branches is the precedence of the states.
    case
        when is_covered and covered_until_date - asked_on <= warn_days then 'expiring'
        when is_covered then 'valid'
        when not is_held then 'missing'
        when first_effective_to <= asked_on then 'expired'
        else 'not_yet_valid'
    end as status_code
from covered
