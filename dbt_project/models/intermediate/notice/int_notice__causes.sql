-- Grain: one row per notice rule and cause that holds now, sent or not, with the parties and the addresses
-- The rule's version on the day of the cause applies, in the contract's zone; there is no cause before a rule's first day.
{%- set triggers = [
    'target_share_used', 'misses_left', 'nth_miss', 'level_failed', 'score_below', 'action_overdue', 'obligation_overdue',
    'qualification_expiring', 'notice_unanswered'
] %}
with causes as (
    {%- for trigger in triggers %}
        {{ 'union all' if not loop.first }}
        select * from {{ ref('int_notice__causes_' ~ trigger) }}
    {%- endfor %}
),

contracts as (
    select distinct on (causes.notice_rule_id, causes.cause_reference, causes.rule_valid_from)
        causes.*,
        versions.contract_key,
        versions.contract_name,
        versions.contract_name_zh,
        coalesce(versions.time_zone, 'UTC') as time_zone
    from causes
    left join {{ ref('int_register__contract_versions') }} as versions
        on causes.contract_id = versions.contract_id
    -- The contract's version at the cause, else the last one before it.
    order by
        causes.notice_rule_id,
        causes.cause_reference,
        causes.rule_valid_from,
        versions.valid_from <= causes.cause_at desc,
        versions.valid_from desc
),

-- Escalation addresses receive formal notices and escalations as well.
addresses as (
    select
        contacts.supplier_id,
        string_agg(distinct lower(btrim(contacts.email)), '; ') filter (where contacts.role_code = 'notices') as notice_addresses,
        string_agg(distinct lower(btrim(contacts.email)), '; ') as all_addresses,
        (
            array_agg(contacts.time_zone order by contacts.role_code = 'notices' desc, contacts.email)
            filter (where contacts.time_zone is not null)
        )[1] as time_zone
    from {{ ref('stg_contract_register__supplier_contacts') }} as contacts
    cross join {{ ref('stg_ops__run') }} as run
    where
        contacts.valid_from <= (run.as_of at time zone 'UTC')::date
        and coalesce(contacts.valid_to > (run.as_of at time zone 'UTC')::date, true)
    group by contacts.supplier_id
),

levels as (
    select distinct on (service_level_id)
        service_level_id,
        clause,
        service_level_name,
        service_level_name_zh
    from {{ ref('int_register__service_level_versions') }}
    order by service_level_id, valid_from desc, service_level_key
)

select distinct on (causes.notice_rule_id, causes.cause_reference)
    causes.*,
    rules.notice_kind,
    rules.trigger_code,
    rules.threshold,
    rules.clause,
    levels.clause as service_level_clause,
    levels.service_level_name,
    levels.service_level_name_zh,
    coalesce(suppliers.supplier_key, 'unknown') as supplier_key,
    coalesce(suppliers.supplier_name, causes.supplier_id) as supplier_name,
    suppliers.supplier_name_zh,
    coalesce(suppliers.language_code, 'en') as language_code,
    case
        when rules.notice_kind = 'formal_notice' or rules.trigger_code = 'notice_unanswered' then addresses.all_addresses
        else addresses.notice_addresses
    end as recipients,
    rules.copy_to_email as copy_recipients,
    rules.quiet_hours,
    rules.quiet_calendar_id,
    coalesce(addresses.time_zone, causes.time_zone) as quiet_time_zone,
    rules.answer_within_days,
    rules.plan_within_days,
    rules._source_file,
    rules._source_row_number,
    rules._delivery_id
from contracts as causes
cross join {{ ref('stg_ops__run') }} as run
inner join {{ ref('int_notice__rules') }} as rules
    on
        causes.notice_rule_id = rules.notice_rule_id
        and causes.rule_valid_from = rules.valid_from
left join {{ ref('int_register__supplier_versions') }} as suppliers
    on
        causes.supplier_id = suppliers.supplier_id
        and run.as_of >= suppliers.valid_from
        and run.as_of < suppliers.valid_to
left join addresses
    on causes.supplier_id = addresses.supplier_id
left join levels
    on causes.service_level_id = levels.service_level_id
where
    causes.cause_at <= run.as_of
    and (causes.cause_at at time zone causes.time_zone)::date >= rules.valid_from
    and (causes.cause_at at time zone causes.time_zone)::date < rules.valid_to
order by causes.notice_rule_id, causes.cause_reference, causes.cause_at
