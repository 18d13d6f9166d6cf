{#- How an event reads under the terms of a service level (int_register__clock_terms); arguments are table aliases.
    `party` is a relation with is_handed_over, supplier_id and is_first_holder: for whom the level measures. -#}

{#- The event is of one of these types or stands in one of these states. Of a ticket that went through several hands an
    assignment counts for the supplier that then answers for it, and to take the ticket over is to be assigned. -#}
{% macro pulls(events, event_types, states, party) -%}
    case
        when not {{ party }}.is_handed_over or 'assigned' <> all({{ event_types }})
            then {{ events }}.event_type = any({{ event_types }}) or {{ events }}.state_code = any({{ states }})
        -- Until the first work centre is stated, the ticket waits for the supplier that gets it.
        when coalesce({{ events }}.supplier_id = {{ party }}.supplier_id, {{ party }}.is_first_holder)
            then {{ events }}.is_takeover or {{ events }}.event_type = any({{ event_types }}) or {{ events }}.state_code = any({{ states }})
        else
            {{ events }}.event_type = any(array_remove({{ event_types }}, 'assigned'))
            or {{ events }}.state_code = any(array_remove({{ states }}, 'assigned'))
    end
{%- endmacro %}

{#- The event pulls one of the start triggers. -#}
{% macro pulls_start(events, terms, party) -%}
    {{ pulls(events, terms ~ '.start_event_types', terms ~ '.start_states', party) }}
{%- endmacro %}

{#- The event pulls a start trigger anew: a moment happens again, a state is entered again. -#}
{% macro pulls_start_anew(events, terms, party) -%}
    (
        {{ pulls_start(events, terms, party) }}
        and (
            {{ events }}.event_type = any({{ terms }}.start_event_types)
            or {{ events }}.is_takeover
            or {{ events }}.state_code is distinct from {{ events }}.state_before_code
        )
    )
{%- endmacro %}

{#- The event ends the clock for good. -#}
{% macro pulls_ending(events, terms, party) -%}
    {{ pulls(events, terms ~ '.ending_event_types', terms ~ '.ending_states', party) }}
{%- endmacro %}

{#- The event pulls one of the stop triggers, whether the clock could go on after it or not. -#}
{% macro pulls_stop(events, terms, party) -%}
    ({{ pulls_ending(events, terms, party) }} or {{ events }}.state_code = any({{ terms }}.stop_states))
{%- endmacro %}

{#- The event that starts the clock stops it as well: it pulls a stop trigger that is not one of the start triggers. -#}
{% macro stops_at_start(events, terms, party) -%}
    (
        {{ pulls(events, terms ~ '.other_ending_event_types', terms ~ '.other_ending_states', party) }}
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

{#- The row is for tickets like this one with this priority, and in force at this instant; a promise must have been given. -#}
{% macro fits_ticket(terms, tickets, priority, instant) -%}
    ({{ terms }}.ticket_type_code is null or {{ terms }}.ticket_type_code = {{ tickets }}.ticket_type_code)
    and ({{ terms }}.category_code is null or {{ terms }}.category_code = {{ tickets }}.category_code)
    and ({{ terms }}.priority_code is null or {{ terms }}.priority_code = {{ priority }})
    and ({{ terms }}.target_unit <> 'promised_time' or {{ tickets }}.promised_at is not null)
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
