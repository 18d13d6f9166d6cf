"""What is given back: earn-back by the months that follow, rulings and waivers by decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from tests.support.reference.penalties_charges import missed_its_target
from tests.support.reference.penalties_counts import Counts, Monthly, Outcome
from tests.support.reference.penalties_line import ZERO, Line
from tests.support.reference.penalties_register import Register, Row, Term, month_of, number
from tests.support.reference.penalties_rounding import rounded


def in_effect(decisions: Iterable[Row], as_of: datetime) -> list[Row]:
    """Decided by the run, oldest first."""
    taken = [row for row in decisions if datetime.fromisoformat(row["decided_at"]) <= as_of]
    return sorted(taken, key=lambda row: (datetime.fromisoformat(row["decided_at"]), row["decision_id"]))


def not_excused(register: Register, outcomes: Iterable[Outcome], decisions: Iterable[Row]) -> list[Outcome]:
    """Without the tickets whose dispute was ruled for the supplier."""
    excused: set[tuple[str, str]] = set()
    for row in decisions:
        if row["decision_kind"] == "ruling" and row.get("ticket_id") and row.get("outcome_code") == "reversed":
            for level_id in _levels(register, row):
                excused.add((f"{row.get('source_system') or 'canonical'}/{row['ticket_id']}", level_id))
    return [one for one in outcomes if (one.ticket_key, one.service_level_id) not in excused]


def give_back(register: Register, counts: Monthly, lines: Sequence[Line], decisions: Sequence[Row]) -> None:
    """Fill earn_back, dispute and waiver."""
    for line in lines:
        if not line.is_decided:
            line.penalty = ZERO
            continue
        share = _earned_share(register, counts, line)
        line.earn_back = line.penalty - rounded(line.penalty * (1 - share), line.term.digits)
        about = [row for row in decisions if _is_about(row, line)]
        ruling = next((row for row in reversed(about) if row["decision_kind"] == "ruling"), None)
        outcome = ruling.get("outcome_code") if ruling else None
        limit = {"reversed": ZERO, "reduced": number(ruling and ruling.get("amount"))}.get(outcome or "")
        if limit is not None:
            line.dispute = max(ZERO, line.owed - limit)
        waiver = next((row for row in reversed(about) if row["decision_kind"] == "waive"), None)
        if waiver:
            line.waiver = max(ZERO, line.owed - (number(waiver.get("amount")) or ZERO))


def _earned_share(register: Register, counts: Monthly, line: Line) -> Fraction:
    """The best rule that was met."""
    shares = [ZERO]
    for term_id in register.terms[line.contract_id]:
        for rule in register.in_force(line.contract_id, term_id, line.month):
            if rule.kind == "earn_back" and _applies(rule, line) and _is_earned(register, counts, rule, line):
                shares.append(Fraction(1) if rule.fee_ratio is None else rule.fee_ratio)
    return max(shares)


def _applies(rule: Term, line: Line) -> bool:
    if rule.applies_to_term_id:
        return rule.applies_to_term_id == line.penalty_term_id
    if rule.service_level_id:
        return rule.service_level_id == line.term.service_level_id
    return line.term.service_level_id is not None


def _is_earned(register: Register, counts: Monthly, rule: Term, line: Line) -> bool:
    level_id = rule.service_level_id or line.term.service_level_id
    if level_id is None:
        return False
    if rule.needed:
        window = range(line.month - rule.failure_months + 1, line.month + 1)
        if sum(missed_its_target(register, counts, level_id, month) for month in window) >= rule.needed:
            return False
    for month in range(line.month + 1, line.month + rule.window_months + 1):
        target, month_counts = register.target(level_id, month), counts.get((level_id, month), Counts())
        attained = month_counts.attained
        if not register.is_complete(line.contract_id, month) or attained is None:
            return False
        if month_counts.measured < target.sample:
            return False
        if attained > rule.attainment_from if target.at_most else attained < rule.attainment_from:
            return False
    return True


def _is_about(row: Row, line: Line) -> bool:
    """Contract, clause and month fit where given; a ticket's decision is no line's; an amount needs clause and month."""
    if row["contract_id"] != line.contract_id or row.get("ticket_id"):
        return False
    if row.get("amount") and not (row.get("penalty_term_id") and row.get("period_month")):
        return False
    if row.get("penalty_term_id") and row["penalty_term_id"] != line.penalty_term_id:
        return False
    return not row.get("period_month") or month_of(row["period_month"]) == line.month


def _levels(register: Register, row: Mapping) -> set[str]:
    """The clause's level, without a clause every level of the contract."""
    if row.get("penalty_term_id"):
        versions = register.terms[row["contract_id"]][row["penalty_term_id"]]
        return {term.service_level_id for term in versions if term.service_level_id}
    return {level_id for level_id, rows in register.levels.items() if rows[0]["contract_id"] == row["contract_id"]}
