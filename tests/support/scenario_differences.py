"""What a mart holds against what a case expects, in sentences for people who know the contract and not the program."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.support.register import Row
from tests.support.scenarios import Scenario, is_identifier

# Those of them that a file has tell its rows apart.
KEY_COLUMNS = (
    "contract_id", "penalty_term_id", "service_level_id", "period_month", "accounting_period", "ticket_id",
    "step_number", "step_code", "line_kind", "decision_id", "exclusion_id",
    "supplier_id", "period_kind_code", "period_from", "criterion_id", "questionnaire_code", "question_code",
    "notice_rule_id", "cause_reference", "obligation_id", "plan_id", "corrective_action_id", "selection_id", "candidate_id",
    "qualification_code", "dispute_id", "complaint_id", "problem_id", "work_centre_id", "reason_code", "record_kind_code",
)  # fmt: skip

# What a written quotient (33/35) may differ from the digits of a division.
QUOTIENT_TOLERANCE = Decimal("1e-12")


def rows_of(scenario: Scenario, rows: Iterable[Row]) -> list[Row]:
    """The rows of a mart that belong to the case: those with an identifier of its own."""
    return [
        scenario.without_prefix(row)
        for row in rows
        if any(is_identifier(name) and str(value).startswith(scenario.prefix) for name, value in row.items())
    ]


def differences(mart: str, expected: list[Row], found: list[Row]) -> list[str]:
    """One line per difference: mart, key, column, what was expected, what was found."""
    columns = list(expected[0]) if expected else []
    unknown = [name for name in columns if found and name not in found[0]]
    if unknown:
        return [f"{mart}: expected columns of the mart, found {', '.join(unknown)}"]
    keys = [name for name in KEY_COLUMNS if name in columns]
    lines = []
    left = list(found)
    for row in expected:
        fitting = [each for each in left if all(is_equal(row[name], each[name]) for name in keys)]
        where = f"{mart}: {_shown_key(row, keys)}"
        if not fitting:
            lines.append(f"{where}: expected this row, found none")
            continue
        # Rows with the same key, such as two adjustments of one line, are told apart by everything that is written.
        match = min(fitting, key=lambda each: sum(not is_equal(row[name], each[name]) for name in columns))
        left.remove(match)
        lines += [
            f"{where}: {name}: expected {row[name] or 'nothing'}, found {shown(match[name])}"
            for name in columns
            if not is_equal(row[name], match[name])
        ]
    return lines + [f"{mart}: {_shown_row(row, columns)}: expected no such row, found it" for row in left]


def is_equal(text: str, value: Any) -> bool:
    """Whether a cell as written means the value; an empty one means NULL, `2026-06` a month, `33/35` a quotient."""
    if value is None or text == "":
        return value is None and text == ""
    try:
        match value:
            case bool():
                return text == str(value).lower()
            case int() | Decimal() if "/" in text:
                numerator, denominator = map(Decimal, text.split("/"))
                return abs(numerator / denominator - value) <= QUOTIENT_TOLERANCE
            case int() | Decimal():
                return Decimal(text) == value
            case datetime():
                return datetime.fromisoformat(text) == value
            case date():
                return date.fromisoformat(text if len(text) > len("2026-06") else f"{text}-01") == value
    except (InvalidOperation, ValueError):
        return False
    return text == str(value)


def shown(value: Any) -> str:
    """A value of a mart as a case's file would write it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat()
        case date() if value.day == 1:
            return f"{value:%Y-%m}"
    return str(value)


def _shown_key(row: Row, keys: list[str]) -> str:
    return " ".join(row[name] or "-" for name in keys) or "a row"


def _shown_row(row: Row, columns: list[str]) -> str:
    names = columns or [name for name in (*KEY_COLUMNS, "status_code", "owed_amount") if name in row]
    return ", ".join(f"{name} {shown(row[name])}" for name in names)
