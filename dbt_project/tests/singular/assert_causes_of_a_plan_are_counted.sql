-- The misses that a plan counts are those of its bridge, each once, and its actions fall into their states.
select plans.plan_id
from {{ ref('fct_rectification_plan') }} as plans
left join {{ ref('bridge_rectification_plan_breach') }} as breaches
    on plans.rectification_plan_key = breaches.rectification_plan_key
group by
    plans.plan_id,
    plans.breach_count,
    plans.action_count,
    plans.action_open_count,
    plans.action_overdue_count,
    plans.action_done_count
having
    plans.breach_count <> count(breaches.ticket_sla_key)
    or plans.action_count <> plans.action_open_count + plans.action_overdue_count + plans.action_done_count
