-- Grain: one row per corrective action that is not done, not verified or without effect
with judged as (
    select
        actions.*,
        effects.is_ineffective
    from {{ ref('fct_corrective_action') }} as actions
    -- Without effect: a level became worse, or one was judged and none has become better for certain.
    cross join
        lateral (
            select
                bool_or(effects.effect_code = 'worse')
                or (bool_or(effects.effect_code = 'no_evidence') and not bool_or(effects.effect_code = 'improved')) as is_ineffective
            from {{ ref('rpt_rectification_effect') }} as effects
            where
                effects.rectification_plan_key = actions.rectification_plan_key
                and coalesce(effects.service_level_id = actions.service_level_id, true)
        ) as effects
),

-- The order of these branches is the precedence of the reasons.
reasoned as (
    select
        judged.*,
        case
            when state_code in ('overdue', 'open') then state_code
            when is_ineffective then 'ineffective'
            when verified_date is null then 'not_verified'
        end as followup_code
    from judged
)

select
    reasoned.corrective_action_key,
    reasoned.rectification_plan_key,
    reasoned.supplier_key,
    reasoned.corrective_action_id,
    reasoned.plan_id,
    reasoned.contract_id,
    reasoned.supplier_id,
    reasoned.service_level_id,
    reasoned.measure_text,
    reasoned.owner_name,
    reasoned.due_date,
    reasoned.done_date,
    reasoned.verified_date,
    reasoned.days_late_count,
    reasoned.followup_code,
    reasons.label as followup_name,
    reasons.label_zh as followup_name_zh,
    reasoned.as_of
from reasoned
inner join {{ ref('corrective_action_followup') }} as reasons
    on reasoned.followup_code = reasons.code
