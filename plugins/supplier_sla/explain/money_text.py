"""The month a measurement counts in, and what it came to cost."""

from __future__ import annotations

from supplier_sla.explain.layout import Fact, Pen, facts, percent
from supplier_sla.explain.money import Month
from supplier_sla.explain.ticket import Row

HASH_BEGINNING = 12


def month_lines(month: Month, pen: Pen) -> list[str]:
    """Attainment, penalty clauses with their arithmetic, ledger lines with hash and extract."""
    heading = pen.say(
        "month", month=f"{month.period_month:%Y-%m}", level=month.service_level_id, contract=month.contract_id
    )
    said: list[Fact] = [
        (pen.say("attainment"), _attainment(month.period, pen)),
        (pen.say("penalty"), [_penalty(row, pen) for row in month.penalties] or pen.say("penalty_none")),
        (pen.say("ledger"), [_ledger_line(row, pen) for row in month.ledger_lines] or pen.say("ledger_none")),
    ]
    return ["", heading, *facts(said)]


def _attainment(period: Row | None, pen: Pen) -> list[str]:
    if period is None:
        return [pen.say("counts_no_more")]
    return [
        pen.say(
            "attainment_of",
            percent=percent(period["attainment_ratio"]),
            met=period["met_count"],
            measured=period["measured_count"],
            breached=period["breached_count"],
            target=percent(period["attainment_target"]),
            status=pen.word("period_status", period["status_code"]),
        ),
        pen.say(
            "not_counted",
            running=period["running_count"],
            excused=period["excused_count"],
            unmeasurable=period["not_measurable_count"],
        ),
    ]


def _penalty(row: Row, pen: Pen) -> str:
    return pen.say(
        "penalty_of",
        clause=row["clause"] or "-",
        term=row["penalty_term_id"],
        kind=pen.word("penalty_kind", row["penalty_kind"]),
        source=pen.source(row),
        arithmetic=pen.say("semicolon").join(_arithmetic(row, pen)),
        status=pen.word("penalty_status", row["status_code"]),
        owed=row["owed_amount"],
        currency=row["currency_code"],
    )


def _arithmetic(row: Row, pen: Pen) -> list[str]:
    """The steps that did something, as `fct_penalty_step` has them."""
    return [_step(step, pen) for step in row["steps"]] or [pen.say("arithmetic_none")]


def _step(step: dict[str, str | None], pen: Pen) -> str:
    name = step["step_name_zh" if pen.words.language == "zh" else "step_name"]
    if step["before_amount"] is None:
        return pen.say("step_first", name=name, arithmetic=step["arithmetic"], after=step["after_amount"])
    words = {"name": name, "before": step["before_amount"], "after": step["after_amount"]}
    if step["limit_amount"] is not None:
        return pen.say("step_limit", **words, limit=step["limit_amount"], clause=step["limit_clause"] or "-")
    return pen.say("step_other", **words, arithmetic=step["arithmetic"] or step["limit_clause"] or "-")


def _ledger_line(row: Row, pen: Pen) -> str:
    corrected = row["corrects_line_number"]
    return pen.say(
        "ledger_line",
        number=row["line_number"],
        kind=pen.word("line_kind", row["line_kind"]),
        corrects=pen.say("corrects", number=corrected) if corrected is not None else "",
        amount=row["amount"],
        currency=row["currency_code"],
        term=row["penalty_term_id"],
        period=f"{row['accounting_period']:%Y-%m}",
        hash=row["line_hash"][:HASH_BEGINNING],
        evidence=pen.say("is_evidence" if row["is_evidence"] else "is_no_evidence"),
        extract=_extract(row, pen),
    )


def _extract(row: Row, pen: Pen) -> str:
    number = row["extract_number"]
    if number is None:
        return pen.say("no_extract")
    if not row["is_written"]:
        return pen.say("extract_unwritten", number=number, receiver=row["receiver_code"])
    files = pen.say("comma").join(row["file_names"])
    return pen.say("extract", number=number, receiver=row["receiver_code"], files=files)
