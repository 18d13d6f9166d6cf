"""Tickets whose rows nobody may empty yet, as of an instant: open, evidence of a ledger line, or disputed.

A record such as a contact names the ticket but not always its tool, so a hold is by the number of the ticket alone:
of two tools with the same number one may be held too long, never too short.
"""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

ACCEPTED = "(select delivery_id from ops.delivery where state in ('loaded', 'partly_loaded'))"
ENDED = "('resolved', 'closed', 'cancelled')"

# When something last happened to a ticket, and whether it has ended since it was last taken up. In the newest version
# of its row an end may be missing that its events tell, and the other way round.
TICKET_STATES = f"""
create temporary table ticket_state on commit drop as
with newest as (
    select distinct on (ticket_key)
        ticket_key, ticket_id,
        greatest(resolved_at::timestamptz, closed_at::timestamptz, cancelled_at::timestamptz) as ended_at,
        greatest(
            opened_at::timestamptz, assigned_at::timestamptz, responded_at::timestamptz, resolved_at::timestamptz,
            closed_at::timestamptz, cancelled_at::timestamptz
        ) as last_at
    from raw.tickets
    where _delivery_id in {ACCEPTED}
    order by ticket_key, _version_at desc nulls last, _delivery_id desc, _line desc
),

moved as (
    select
        ticket_key, ticket_id,
        max(event_at::timestamptz) filter (where event_type in {ENDED} or state_code in {ENDED}) as ended_at,
        max(event_at::timestamptz) filter (where event_type = 'reopened' or state_code not in {ENDED}) as taken_up_at,
        max(event_at::timestamptz) as last_at
    from raw.ticket_events
    where _delivery_id in {ACCEPTED}
    group by ticket_key, ticket_id
)

select
    coalesce(newest.ticket_id, moved.ticket_id) as ticket_id,
    bool_or(coalesce(greatest(newest.ended_at, moved.ended_at) < moved.taken_up_at, false)
        or (newest.ended_at is null and moved.ended_at is null)) as is_open,
    max(greatest(newest.last_at, moved.last_at)) as last_at
from newest
full join moved on moved.ticket_key = newest.ticket_key
group by 1
"""  # noqa: S608

# A dispute is open until a ruling on the same contract, clause, month and ticket. One about a whole ledger line holds
# the tickets that the line was posted for.
HOLDS = f"""
create temporary table held_ticket on commit drop as
with decided as (
    select distinct on (decision_id) *
    from raw.decisions
    where _delivery_id in {ACCEPTED}
    order by decision_id, _version_at desc nulls last, _delivery_id desc, _line desc
),

open_dispute as (
    select dispute.*
    from decided as dispute
    where
        dispute.decision_kind = 'dispute'
        and not exists (
            select
            from decided as ruling
            where
                ruling.decision_kind = 'ruling'
                and row(ruling.contract_id, ruling.penalty_term_id, ruling.period_month, ruling.ticket_id)
                is not distinct from
                row(dispute.contract_id, dispute.penalty_term_id, dispute.period_month, dispute.ticket_id)
                and ruling.decided_at::timestamptz >= dispute.decided_at::timestamptz
        )
),

evidence as (
    select line.*, evidence.detail ->> 'ticket_id' as ticket_id
    from finance.ledger_evidence as evidence
    inner join finance.ledger_line as line on line.line_number = evidence.line_number
)

select ticket_id, 'open' as reason from ticket_state where is_open
union
select ticket_id, 'ledger' from evidence
where
    %(ledger_months)s::integer is null
    or as_of >= %(as_of)s::timestamptz - make_interval(months => %(ledger_months)s)
union
select ticket_id, 'dispute' from open_dispute where ticket_id is not null
union
select evidence.ticket_id, 'dispute'
from evidence
inner join open_dispute
    on
        open_dispute.contract_id = evidence.contract_id
        and open_dispute.ticket_id is null
        and coalesce(open_dispute.penalty_term_id, evidence.penalty_term_id) = evidence.penalty_term_id
        and coalesce(open_dispute.period_month, to_char(evidence.period_month, 'YYYY-MM'))
        = to_char(evidence.period_month, 'YYYY-MM')
"""  # noqa: S608


def find_holds(cursor: Cursor, *, as_of: datetime, ledger_holds_months: int | None) -> None:
    """Fill the temporary tables `ticket_state` (ticket_id, is_open, last_at) and `held_ticket` (ticket_id, reason)."""
    cursor.execute(TICKET_STATES)
    cursor.execute(HOLDS, {"as_of": as_of, "ledger_months": ledger_holds_months})
    cursor.execute("analyze ticket_state, held_ticket")
