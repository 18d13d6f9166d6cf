{#- What a ticket's events state at an instant; before the first that states it, what that one says, because until then the ticket
    waits for the party that gets it: held_at('tickets.ticket_key', 'answered_at', 'supplier_id'). -#}
{% macro held_at(ticket_key, instant, column) -%}
    (
        select events.{{ column }}
        from {{ ref('int_ticket__events') }} as events
        where events.ticket_key = {{ ticket_key }} and events.{{ column }} is not null
        order by
            events.event_at > {{ instant }},
            case when events.event_at > {{ instant }} then events.event_rank else -events.event_rank end
        limit 1
    )
{%- endmacro %}

{#- Supplier that held a ticket of int_ticket__current at an instant; only tickets of several suppliers are looked up. -#}
{% macro supplier_holding(tickets, instant) -%}
    case
        when {{ tickets }}.has_several_suppliers then {{ held_at(tickets ~ '.ticket_key', instant, 'supplier_id') }}
        else {{ tickets }}.supplier_id
    end
{%- endmacro %}
