{#- How an event reads under the terms of a service level (int_register__clock_terms); arguments are table aliases. -#}

{#- The event pulls one of the start triggers. -#}
{% macro pulls_start(events, terms) -%}
    ({{ events }}.event_type = any({{ terms }}.start_event_types) or {{ events }}.state_code = any({{ terms }}.start_states))
{%- endmacro %}

{#- The event ends the clock for good. -#}
{% macro pulls_ending(events, terms) -%}
    ({{ events }}.event_type = any({{ terms }}.ending_event_types) or {{ events }}.state_code = any({{ terms }}.ending_states))
{%- endmacro %}

{#- The event pulls one of the stop triggers, whether the clock could go on after it or not. -#}
{% macro pulls_stop(events, terms) -%}
    ({{ pulls_ending(events, terms) }} or {{ events }}.state_code = any({{ terms }}.stop_states))
{%- endmacro %}

{#- The event that starts the clock stops it as well: it pulls a stop trigger that is not one of the start triggers. -#}
{% macro stops_at_start(events, terms) -%}
    (
        ({{ events }}.event_type = any({{ terms }}.ending_event_types) and {{ events }}.event_type <> all({{ terms }}.start_event_types))
        or {{ events }}.state_code = any({{ terms }}.ending_states)
        or {{ events }}.state_code = any({{ terms }}.stop_states)
    )
{%- endmacro %}

{#- The clock stands still in this state, set for this reason. -#}
{% macro is_pausing(state, reason, terms) -%}
    (
        {{ terms }}.can_pause
        and (cardinality({{ terms }}.pause_states) = 0 or {{ state }} = any({{ terms }}.pause_states))
        and (cardinality({{ terms }}.pause_reasons) = 0 or coalesce({{ reason }} = any({{ terms }}.pause_reasons), false))
    )
{%- endmacro %}

{#- What the clock does in this state: a clock that goes on after its stop stands in the stop states. -#}
{% macro clock_state(state, reason, terms) -%}
    case
        when {{ state }} = 'cancelled' then 'cancelled'
        when {{ terms }}.reopen_policy = 'continue' and {{ state }} = any({{ terms }}.stop_states) then 'stopped'
        when {{ is_pausing(state, reason, terms) }} then 'paused'
        else 'running'
    end
{%- endmacro %}

{#- The row is for tickets like this one with this priority, and in force at this instant. -#}
{% macro fits_ticket(terms, tickets, priority, instant) -%}
    ({{ terms }}.ticket_type_code is null or {{ terms }}.ticket_type_code = {{ tickets }}.ticket_type_code)
    and ({{ terms }}.category_code is null or {{ terms }}.category_code = {{ tickets }}.category_code)
    and ({{ terms }}.priority_code is null or {{ terms }}.priority_code = {{ priority }})
    and {{ instant }} >= {{ terms }}.valid_from
    and {{ instant }} < {{ terms }}.valid_to
{%- endmacro %}

{#- The calendar whose open seconds count; without one every second does. -#}
{% macro calendar_of(terms) -%}
    case when {{ terms }}.target_unit in ('business_minutes', 'working_days') then {{ terms }}.calendar_id end
{%- endmacro %}

{#- The target in seconds of the clock that counts. -#}
{% macro target_seconds_of(terms, started_at, promised_at, working_day_seconds) -%}
    case {{ terms }}.target_unit
        when 'promised_time' then {{ seconds_of(promised_at) }} - {{ seconds_of(started_at) }}
        when 'working_days' then {{ working_day_seconds }}
        else {{ terms }}.target_seconds
    end
{%- endmacro %}
