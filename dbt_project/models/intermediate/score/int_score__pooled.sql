-- Grain: one row per supplier, kind of period, period and criterion in force on its first day, scored from the counts of the whole period
with criteria as (
    select
        criteria.*,
        {{ effective_valid_to(['criterion_id', 'supplier_category_code']) }} as effective_to
    from {{ ref('stg_contract_register__score_criteria') }} as criteria
),

-- Rows of the supplier's own category take the place of the general ones as a set.
criteria_that_fit as (
    select
        cards.supplier_id,
        cards.category_code,
        cards.period_kind_code,
        cards.period_from,
        cards.period_to,
        cards.minimum_case_count,
        criteria.criterion_id,
        criteria.criterion_name,
        criteria.criterion_name_zh,
        criteria.measure_code,
        case criteria.measure_code when 'attainment' then criteria.metric_code else criteria.filter_code end as filter_code,
        criteria.normalisation_code,
        criteria.weight,
        criteria.floor_value,
        criteria.target_value,
        criteria.minimum_sample,
        criteria.supplier_category_code is not null as is_own_category,
        bool_or(criteria.supplier_category_code is not null) over (
            partition by cards.supplier_id, cards.period_kind_code, cards.period_from
        ) as has_own_category
    from {{ ref('int_score__cards') }} as cards
    inner join criteria
        on
            cards.period_from >= criteria.valid_from
            and cards.period_from < criteria.effective_to
            and (criteria.supplier_category_code is null or cards.category_code = criteria.supplier_category_code)
),

counted as (
    select
        criteria.supplier_id,
        criteria.period_kind_code,
        criteria.period_from,
        criteria.criterion_id,
        {{ sum_of_months('months.numerator') }} as numerator,
        sum(months.denominator) as denominator,
        coalesce(sum(months.case_count), 0) as case_count
    from criteria_that_fit as criteria
    left join {{ ref('int_score__months') }} as months
        on
            criteria.supplier_id = months.supplier_id
            and criteria.measure_code = months.measure_code
            and criteria.period_from <= months.period_month
            and criteria.period_to > months.period_month
            and case
                when criteria.filter_code is null then months.is_in_total
                else criteria.filter_code = months.filter_code
            end
    where criteria.is_own_category = criteria.has_own_category
    group by criteria.supplier_id, criteria.period_kind_code, criteria.period_from, criteria.criterion_id
),

valued as (
    select
        criteria.*,
        counted.numerator,
        counted.denominator,
        counted.case_count,
        case when counted.case_count > 0 then counted.numerator / nullif(counted.denominator, 0) end as measured_value
    from criteria_that_fit as criteria
    inner join counted
        on
            criteria.supplier_id = counted.supplier_id
            and criteria.period_kind_code = counted.period_kind_code
            and criteria.period_from = counted.period_from
            and criteria.criterion_id = counted.criterion_id
    where criteria.is_own_category = criteria.has_own_category
),

bands as (
    select
        score_bands.*,
        {{ effective_valid_to(['criterion_id', 'supplier_category_code', 'value_from']) }} as effective_to
    from {{ ref('stg_contract_register__score_bands') }} as score_bands
),

judged as (
    select
        valued.*,
        case
            when valued.measured_value is null then 'no_data'
            when valued.case_count < valued.minimum_sample then 'below_minimum_sample'
            when valued.normalisation_code = 'bands' and fitting.band_count <> 1 then 'bands_invalid'
            else 'scored'
        end as status_code,
        case
            when valued.normalisation_code = 'bands' then fitting.score
            else
                least(
                    greatest((valued.measured_value - valued.floor_value) / (valued.target_value - valued.floor_value), 0),
                    1
                ) * 100
        end as score
    from valued
    left join
        lateral (
            select
                count(*) as band_count,
                min(of_supplier.score) as score
            from (
                select
                    bands.*,
                    bands.supplier_category_code is not null as is_own_category,
                    bool_or(bands.supplier_category_code is not null) over () as has_own_category
                from bands
                where
                    bands.criterion_id = valued.criterion_id
                    and valued.period_from >= bands.valid_from
                    and valued.period_from < bands.effective_to
                    and (bands.supplier_category_code is null or bands.supplier_category_code = valued.category_code)
            ) as of_supplier
            where
                of_supplier.is_own_category = of_supplier.has_own_category
                and valued.measured_value >= coalesce(of_supplier.value_from, '-infinity')
                and valued.measured_value < coalesce(of_supplier.value_to, 'infinity')
        ) as fitting
        on valued.normalisation_code = 'bands'
)

select
    supplier_id,
    period_kind_code,
    period_from,
    criterion_id,
    criterion_name,
    criterion_name_zh,
    measure_code,
    filter_code,
    normalisation_code,
    floor_value,
    target_value,
    minimum_sample,
    weight,
    numerator,
    denominator,
    case_count,
    measured_value,
    status_code,
    case when status_code = 'scored' then score end as score,
    -- A criterion that is not scored gives its weight to the others.
    case when status_code = 'scored' then weight / nullif(sum(weight) filter (where status_code = 'scored') over of_card, 0) end
        as weight_share,
    coalesce(sum(case_count) filter (where status_code = 'scored') over of_card, 0) >= minimum_case_count
    and coalesce(sum(weight) filter (where status_code = 'scored') over of_card, 0) > 0 as is_card_scored
from judged
window of_card as (partition by supplier_id, period_kind_code, period_from)
