-- Grain: one row per supplier category, day from which another set of standing bands holds, and band of that set
with versions as (
    select
        standing_bands.*,
        {{ effective_valid_to(['band_code', 'supplier_category_code']) }} as effective_to
    from {{ ref('stg_contract_register__standing_bands') }} as standing_bands
),

changes as (
    select
        supplier_category_code,
        changed_on,
        lead(changed_on, 1, 'infinity') over (partition by supplier_category_code order by changed_on) as next_changed_on
    from (
        select
            supplier_category_code,
            valid_from as changed_on
        from versions
        union distinct
        select
            supplier_category_code,
            effective_to
        from versions
        where isfinite(effective_to)
    ) as days
),

placed as (
    select
        versions.*,
        changes.changed_on as set_from,
        changes.next_changed_on as set_to,
        -- The end of the bands below, which may contain one another.
        max(versions.score_to) over (
            partition by changes.supplier_category_code, changes.changed_on
            order by versions.score_from, versions.score_to
            rows between unbounded preceding and 1 preceding
        ) as covered_to,
        lead(true) over (
            partition by changes.supplier_category_code, changes.changed_on
            order by versions.score_from, versions.score_to
        ) is null as is_last
    from versions
    inner join changes
        on
            versions.supplier_category_code is not distinct from changes.supplier_category_code
            and versions.valid_from <= changes.changed_on
            and versions.effective_to > changes.changed_on
),

questioned as (
    select
        placed.*,
        array_remove(
            array[
                case when covered_to is null and score_from > 0 then 'not_from_0' end,
                case when covered_to < score_from then 'gap' end,
                case when covered_to > score_from then 'overlap' end,
                case when is_last and greatest(score_to, covered_to) < 100 then 'not_to_100' end
            ],
            null
        ) as question_codes
    from placed
)

select
    supplier_category_code,
    set_from,
    set_to,
    band_code,
    band_name,
    band_name_zh,
    score_from,
    score_to,
    consequence_code,
    covered_to,
    question_codes,
    bool_and(question_codes = '{}') over (partition by supplier_category_code, set_from) as is_set_valid,
    _source_file,
    _source_row_number,
    _delivery_id
from questioned
