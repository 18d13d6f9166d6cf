-- Grain: one row per exclusion that counts as of the run, and per ruling that took a ticket out, with the contract it belongs to
{{ config(materialized='view') }}
-- Either counts once it was decided; what was decided later than the run is not known yet.
with rulings as (
    -- The newest word on a ticket and clause counts.
    select distinct on (decisions.contract_id, decisions.penalty_term_id, decisions.ticket_key) decisions.*
    from {{ ref('int_settlement__decisions_made') }} as decisions
    where
        decisions.decision_kind = 'ruling'
        and decisions.ticket_key is not null
        and decisions.without_effect_code is null
    order by
        decisions.contract_id,
        decisions.penalty_term_id,
        decisions.ticket_key,
        decisions.decided_at desc,
        decisions.decision_id desc
),

levels_of_clauses as (
    select distinct
        contract_id,
        penalty_term_id,
        service_level_id
    from {{ ref('stg_contract_register__penalty_terms') }}
)

select
    exclusions.exclusion_id,
    false as is_ruling,
    exclusions.reason_code,
    coalesce(exclusions.contract_id, service_levels.contract_id) as contract_id,
    exclusions.service_level_id,
    exclusions.ticket_key,
    date_trunc('second', exclusions.excluded_from) as excluded_from,
    date_trunc('second', exclusions.excluded_to) as excluded_to,
    exclusions.excluded_from is null and exclusions.excluded_to is null as is_whole,
    exclusions.window_effect,
    exclusions.requested_by,
    exclusions.approved_by,
    exclusions.decided_at,
    exclusions.evidence,
    exclusions._source_file,
    exclusions._source_row_number,
    exclusions._delivery_id
from {{ ref('stg_contract_register__exclusions') }} as exclusions
cross join {{ ref('stg_ops__run') }} as run
left join (
    select distinct
        service_level_id,
        contract_id
    from {{ ref('stg_contract_register__service_levels') }}
) as service_levels
    on
        exclusions.contract_id is null
        and exclusions.service_level_id = service_levels.service_level_id
where
    exclusions.approved_by is not null
    and (exclusions.decided_at is null or exclusions.decided_at <= run.as_of)
union all
-- A dispute that was found right takes the ticket out for the level of its clause, of no clause for all of the contract.
select
    -- Decisions have numbers of their own.
    'decision/' || rulings.decision_id as exclusion_id,
    true as is_ruling,
    'dispute_upheld' as reason_code,
    rulings.contract_id,
    levels_of_clauses.service_level_id,
    rulings.ticket_key,
    null as excluded_from,
    null as excluded_to,
    true as is_whole,
    null as window_effect,
    rulings.requested_by,
    rulings.decided_by as approved_by,
    rulings.decided_at,
    rulings.evidence,
    rulings._source_file,
    rulings._source_row_number,
    rulings._delivery_id
from rulings
left join levels_of_clauses
    on
        rulings.contract_id = levels_of_clauses.contract_id
        and rulings.penalty_term_id = levels_of_clauses.penalty_term_id
where
    rulings.outcome_code = 'reversed'
    -- Of a clause that nobody knows it cannot be said what it is about.
    and (rulings.penalty_term_id is null or levels_of_clauses.penalty_term_id is not null)
