"""The ladder from reminder to formal notice, and where letters go."""

from __future__ import annotations

from collections.abc import Iterator

from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.governance.timeline import Timeline
from supplier_sla.sample.suppliers import Supplier

Row = dict[str, str]

OUR_ADDRESS = "vendor.management@example.com"

# Rules of every contract: identifier, kind, trigger, threshold, days to answer.
_GENERAL_RULES = (
    ("NR-SHARE", "reminder", "target_share_used", "0.8", ""),
    ("NR-SCORE", "warning", "score_below", "60", "10"),
    ("NR-ACTION", "reminder", "action_overdue", "5", ""),
    ("NR-DUTY", "reminder", "obligation_overdue", "10", ""),
    ("NR-PAPER", "reminder", "qualification_expiring", "60", ""),
)

# Steps about the resolution level of each contract: end of the identifier, kind, trigger, threshold, days to answer and
# to hand in a plan.
_LADDER = (
    ("LEFT", "reminder", "misses_left", "1", "", ""),
    ("REMIND", "reminder", "level_failed", "1", "", ""),
    ("WARN", "warning", "level_failed", "2", "10", ""),
    ("FORMAL", "formal_notice", "level_failed", "3", "10", "14"),
)
_FIFTH_MISS = ("FIFTH", "reminder", "nth_miss", "5", "", "")


def notice_rule_rows(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[Row]:
    """Rows of `notice_rules`: a few for every contract, a ladder for each with a level of resolution."""
    common = {"quiet_hours": "20:00-07:00", "copy_to_email": OUR_ADDRESS, "valid_from": timeline.contract_start}
    for rule, kind, trigger, threshold, answer_days in _GENERAL_RULES:
        yield common | {
            "notice_rule_id": rule,
            "clause": "Annex 4 §1",
            "notice_kind": kind,
            "trigger_code": trigger,
            "threshold": threshold,
            "answer_within_days": answer_days,
        }
    for contract in contracts:
        steps = [(f"SL-{contract.key}-RES", *step) for step in _LADDER]
        steps.append((f"SL-{contract.key}-RSP", *_FIFTH_MISS))
        known = {level.service_level_id for level in contract.levels}
        for level, end, kind, trigger, threshold, answer_days, plan_days in steps:
            if level in known:
                yield common | {
                    "notice_rule_id": f"NR-{contract.key}-{end}",
                    "contract_id": contract.contract_id,
                    "service_level_id": level,
                    "clause": "Annex 4 §2",
                    "notice_kind": kind,
                    "trigger_code": trigger,
                    "threshold": threshold,
                    "answer_within_days": answer_days,
                    "plan_within_days": plan_days,
                    "quiet_calendar_id": contract.supplier.country.calendar_id,
                }
        if f"SL-{contract.key}-RES" in known:
            yield common | {
                "notice_rule_id": f"NR-{contract.key}-ESC",
                "contract_id": contract.contract_id,
                "clause": "Annex 4 §3",
                "notice_kind": "formal_notice",
                "trigger_code": "notice_unanswered",
                "escalates_rule_id": f"NR-{contract.key}-FORMAL",
                "answer_within_days": "5",
                "quiet_calendar_id": contract.supplier.country.calendar_id,
            }


def supplier_contact_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `supplier_contacts`: an office for letters, and one above it."""
    for supplier in suppliers:
        domain = f"supplier-{supplier.key.lower()}.example"
        for role, name, mailbox in (
            ("notices", "Service management", "service"),
            ("escalation", "Management board", "board"),
        ):
            yield {
                "supplier_id": supplier.supplier_id,
                "role_code": role,
                "contact_name": name,
                "email": f"{mailbox}@{domain}",
                "time_zone": supplier.country.zone_name,
                "valid_from": timeline.contract_start,
            }
