"""One ticket to which everything happened, and the register under which a person can work it out on paper."""

from __future__ import annotations

from tests.support.instants import utc
from tests.support.register import Row, calendar, contract, event, service_level, ticket

AS_OF = utc("2026-02-10 12:00")
# What a dossier is told from.
DOSSIER_MARTS = (*(f"path:models/marts/{folder}" for folder in ("core", "sla", "finance")), "qc_event_without_ticket")

# Berlin in January: local time is UTC + 1 h. OFFICE is open 09:00-17:00 from Monday to Friday; Tuesday 6 January is off.
#
#   Mon 5   09:30 opened p3, target 24 h, held by S1     09:30-17:00                 7:30:00
#   Tue 6   holiday                                                                  0:00:00
#   Wed 7   10:00-12:00 waiting for the customer         09:00-10:00                 1:00:00
#           13:00 becomes p2, target 16 h                12:00-14:00                 2:00:00
#           14:00-15:00 planned maintenance              15:00-17:00                 2:00:00
#   Thu 8   09:00 handed over to S2, due 12:30           09:00-17:00                 8:00:00
#   Fri 9   11:00 resolved                               09:00-11:00                 2:00:00
#                                                                                   22:30:00 (S1 12:30:00, S2 10:00:00)
LEVEL: Row = {
    "priority_change_policy": "retarget",
    "handover_policy": "holder_at_breach",
    "pause_states": "waiting_customer",
    "service_level_name": "Resolution time",
    "service_level_name_zh": "解决时间",
}


def levels(contract_id: str, service_level_id: str) -> list[Row]:
    """The same promise in a contract: 24 hours for p3, 16 for p2."""
    targets = {"p3": "1440", "p2": "960"}
    return [
        service_level(service_level_id, contract_id=contract_id, priority_code=priority, target_value=minutes, **LEVEL)
        for priority, minutes in targets.items()
    ]


def exports() -> dict[str, list[Row]]:
    """The files of the night."""
    return {
        "suppliers": [
            {"supplier_id": "S1", "supplier_name": "Acme", "supplier_name_zh": "极致服务"},
            {"supplier_id": "S2", "supplier_name": "Beta", "supplier_name_zh": "贝塔"},
        ],
        "work_centres": [
            {"work_centre_id": "WC1", "work_centre_name": "First line", "supplier_id": "S1"},
            {"work_centre_id": "WC2", "work_centre_name": "Second line", "work_centre_name_zh": "二线", "supplier_id": "S2"},
        ],
        "contracts": [
            contract(time_zone="Europe/Berlin", contract_name="Desk"),
            contract(contract_id="C2", supplier_id="S2", time_zone="Europe/Berlin", contract_name="Field"),
        ],
        "service_levels": [
            *levels("C1", "RES-1"),
            *levels("C2", "RES-2"),
            service_level("DAY-1", ticket_type_code="night call", target_unit="calendar_minutes", calendar_id=""),
            service_level("GAP-1", ticket_type_code="beyond", calendar_id="SHORT"),
            service_level("UPD-2", contract_id="C2", metric_code="next_update", clause="4.7", reopen_policy="new_cycle",
                          start_event="assigned;commented", stop_event="commented;resolved", pause_states="",
                          target_value="240"),
        ],
        "calendars": [calendar(time_zone="Europe/Berlin", calendar_name="Office hours", calendar_name_zh="办公时间"),
                      calendar("SHORT", time_zone="Europe/Berlin", published_until="2026-01-08")],
        "calendar_exceptions": [
            {"calendar_id": "OFFICE", "exception_date": "2026-01-06", "exception_kind": "holiday",
             "exception_name": "Epiphany", "exception_name_zh": "主显节"},
        ],
        "penalty_terms": [
            {"penalty_term_id": "PT-2", "contract_id": "C2", "service_level_id": "RES-2", "clause": "9.2",
             "penalty_kind": "fixed_per_miss", "amount": "150.00", "valid_from": "2020-01-01"},
        ],
        "exclusions": [
            {"exclusion_id": f"EX-{number}", "reason_code": "planned_maintenance", "contract_id": f"C{number}",
             "excluded_from": "2026-01-07T13:00:00Z", "excluded_to": "2026-01-07T14:00:00Z", "requested_by": "supplier",
             "approved_by": "vendor manager", "decided_at": "2026-01-02T08:00:00Z", "evidence": "change CHG-12"}
            for number in (1, 2)
        ],
        "tickets": [
            ticket("INC-7", "2026-01-05T08:30:00Z", priority_code="p2", title="Line 3 \x1b[31munstable", source_verdict="met",
                   closed_at="2026-01-12T08:00:00Z"),
            # From 02:30 to 02:30 on the night on which Berlin sets its clocks back: one hour.
            ticket("INC-9", "2025-10-26T00:30:00Z", ticket_type_code="night call", resolved_at="2025-10-26T01:30:00Z"),
            # Its calendar ends on Wednesday evening, the ticket on Friday.
            ticket("INC-10", "2026-01-07T15:00:00Z", ticket_type_code="beyond", resolved_at="2026-01-09T10:00:00Z"),
            # Resolved before it was opened.
            ticket("INC-11", "2026-01-07T15:00:00Z", ticket_type_code="night call", resolved_at="2026-01-07T14:00:00Z"),
            ticket("INC-12", "2026-01-07T15:00:00Z", ticket_type_code="night call", cancelled_at="2026-01-07T15:30:00Z"),
            ticket("INC-8", "2026-01-05T08:30:00Z", priority_code="p4"),
            ticket("INC-8", "2026-01-05T08:30:00Z", priority_code="p4", source_system="other"),
        ],
        "ticket_events": [
            event("INC-7", "2026-01-05T08:30:00Z", "opened", priority_code="p3", work_centre_id="WC1", actor_id="portal"),
            event("INC-7", "2026-01-07T09:00:00Z", "state_changed", state_code="waiting_customer",
                  reason_code="access_refused", actor_id="agent-17"),
            event("INC-7", "2026-01-07T11:00:00Z", "resumed", actor_id="agent-17"),
            event("INC-7", "2026-01-07T12:00:00Z", "priority_changed", priority_code="p2", actor_id="dispatcher"),
            event("INC-7", "2026-01-08T08:00:00Z", "work_centre_changed", work_centre_id="WC2", actor_id="dispatcher"),
            event("INC-7", "2026-01-08T10:00:00Z", "commented", actor_id="agent-40"),
            event("INC-7", "2026-01-09T10:00:00Z", "resolved", actor_id="agent-40"),
            event("INC-7", "yesterday", "commented"),
            event("INC-404", "2026-01-09T10:00:00Z", "resolved"),
        ],
    }  # fmt: skip
