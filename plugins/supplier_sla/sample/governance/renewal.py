"""Whether contracts go on: terms, the rules of the yearly proposal, and what was decided about each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.governance.timeline import Timeline, at
from supplier_sla.sample.suppliers import BAD, RECOVERING, SLIDING

Row = dict[str, str]

# Rule: condition, threshold, limit of a month's score, proposal, reason in both languages.
_RULES = (
    ("RR-1", "score_below", "60", "", "terminate", "The year's score lies below 60.", "年度得分低于60。"),
    (
        "RR-2",
        "months_below_score",
        "3",
        "50",
        "terminate",
        "Three months or more scored below 50.",
        "有三个月或以上得分低于50。",
    ),
    ("RR-3", "score_below", "80", "", "adjust", "The year's score lies below 80.", "年度得分低于80。"),
    (
        "RR-4",
        "expired_qualifications",
        "1",
        "",
        "adjust",
        "A required paper has expired or is missing.",
        "必备资质已过期或缺失。",
    ),
    ("RR-5", "overdue_actions", "1", "", "adjust", "Corrective actions are overdue.", "整改措施逾期。"),
    ("RR-6", "score_at_least", "80", "", "renew", "The year's score is 80 or more.", "年度得分达到80或以上。"),
)


def renewal_term_rows(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[Row]:
    """Rows of `renewal_terms`: contracts renew themselves each New Year; the bad supplier's ends in summer."""
    for contract in contracts:
        is_bad = contract.supplier.behaviour is BAD
        next_year = timeline.today.year + 1
        yield {
            "contract_id": contract.contract_id,
            "clause": "§12",
            "term_ends_on": (date(next_year - 1, 7, 1) if is_bad else date(next_year, 1, 1)).isoformat(),
            "renews_for_months": "12",
            "notice_days": "60" if is_bad else "90",
            "notice_basis": "calendar_days",
            "valid_from": timeline.contract_start,
        }


def renewal_rule_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `renewal_rules`, the same for every category."""
    for rule, condition, threshold, limit, proposal, reason, reason_zh in _RULES:
        yield {
            "renewal_rule_id": rule,
            "condition_code": condition,
            "threshold": threshold,
            "score_limit": limit,
            "proposal_code": proposal,
            "reason_text": reason,
            "reason_text_zh": reason_zh,
            "valid_from": timeline.contract_start,
        }


def renewal_decision_rows(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[Row]:
    """Rows of `governance_decisions` on renewal: one per contract and year that is over, a month after its end."""
    for year in timeline.ended_years:
        decided_on = date(year + 1, 1, 29)
        if not timeline.has_happened(decided_on):
            continue
        for contract in contracts:
            code, reason = _decision(contract)
            yield {
                "decision_id": f"GD-{year}-{contract.key}",
                "decision_kind": "renewal",
                "contract_id": contract.contract_id,
                "assessment_year": str(year),
                "decision_code": code,
                "decided_by": "supervisory board",
                "decided_at": at(decided_on, 14),
                "evidence": f"minutes of {decided_on.isoformat()}",
                "reason": reason,
            }


def _decision(contract: Contract) -> tuple[str, str]:
    behaviour = contract.supplier.behaviour
    if behaviour is BAD:
        return "terminate", "board followed the proposal; a tender is to be held"
    if behaviour in (RECOVERING, SLIDING):
        return "adjust", "board followed the proposal; goes on under the rectification plan"
    if not contract.supplier.ticket_weight:
        return "renew", "too few tickets to judge; nobody complained"
    return "renew", "board followed the proposal"
