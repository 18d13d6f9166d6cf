"""Quarantine as lines of text and as CSV. Every foreign value goes through `shown`, every line through `harmless`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from supplier_sla.bilingual import Words
from supplier_sla.files.csv_file import guarded
from supplier_sla.quarantine.book import Row
from supplier_sla.quarantine.reread import Rereading
from supplier_sla.quarantine.shown import shown_key, shown_record, shown_value
from supplier_sla.terminal import aligned, harmless

WORDS = Path(__file__).parent / "words.yml"

LONGEST_CELL = 48

CSV_COLUMNS = (
    "quarantine_id", "delivery_id", "relative_path", "profile", "entity", "line", "column_name", "value_found",
    "expected", "reason_code", "record_key", "as_of", "first_seen_at", "seen_count", "status_code",
    "mended_by_delivery_id", "mended_at",
)  # fmt: skip


def list_lines(rows: Sequence[Row], count: int, refused: Sequence[Row], words: Words) -> list[str]:
    """The table of problems, and below it the files that were refused as a whole."""
    lines: list[str] = []
    if rows:
        table = [words.say("columns").split(";"), *(_problem(row, words) for row in rows)]
        lines += [*aligned(table, right=(0, 1, 3, 8)), "", words.say("counted", shown=len(rows), count=f"{count:,}")]
    if refused:
        table = [words.say("refused_columns").split(";"), *(_refused(row) for row in refused)]
        lines += [*([""] if lines else []), words.say("refused"), *aligned(table, right=(0, 2), indent="  ")]
    return lines or [words.say("nothing")]


def csv_text(rows: Sequence[Row]) -> str:
    """Every column of every row; what a spreadsheet would run as a formula begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        shown = {**row, "value_found": _value(row), "record_key": _key(row)}
        writer.writerow([_cell(shown[name]) for name in CSV_COLUMNS])
    return buffer.getvalue()


def problem_lines(problem: Row, beside: Sequence[Row], words: Words) -> list[str]:
    """One problem, its delivery, what became of it, and the record that it stands in."""
    heading = words.say("heading", id=problem["quarantine_id"], file=problem["relative_path"], line=problem["line"])
    facts = [
        [words.say("delivery"), words.say(
            "delivery_is", delivery=problem["delivery_id"], state=problem["delivery_state"], entity=problem["entity"],
            profile=problem["profile"], as_of=_instant(problem["as_of"]),
        )],
        [words.say("content"), words.say("content_is", sha256=problem["content_sha256"])],
        [words.say("record_key"), _key(problem) or "-"],
        [words.say("column"), problem["column_name"] or words.say("whole_row")],
        [words.say("found"), _value(problem) or words.say("empty")],
        [words.say("expected"), problem["expected"]],
        [words.say("reason"), words.word("reason", problem["reason_code"])],
        [words.say("seen"), words.say(
            "seen_is", count=problem["seen_count"], first=_instant(problem["first_seen_at"])
        )],
        [words.say("status"), _status(problem, words)],
    ]  # fmt: skip
    lines = [harmless(heading), *aligned(facts, indent="  ")]
    if beside:
        others = [
            [
                each["column_name"] or words.say("whole_row"),
                _value({**each, "entity": problem["entity"]}) or words.say("empty"),
                each["expected"],
            ]
            for each in beside
        ]
        lines += ["", words.say("beside"), *aligned(others, indent="  ")]
    record = shown_record(problem["entity"], problem["record"])
    whole = aligned(record, indent="  ") if record else [f"  {words.say('no_record')}"]
    return [*lines, "", words.say("whole"), *whole]


def reread_lines(results: Sequence[Rereading], words: Words, *, is_dry_run: bool) -> list[str]:
    """One line for each delivery that was read again."""
    table = [words.say("reread_columns").split(";")]
    table += [
        [str(each.candidate.delivery_id), each.candidate.relative_path, _result(each, words, is_dry_run=is_dry_run)]
        for each in results
    ]
    kept = any(each.is_kept for each in results)
    return [*aligned(table, right=(0,)), *(["", words.say("reread_next")] if kept else [])]


def _result(result: Rereading, words: Words, *, is_dry_run: bool) -> str:
    if result.outcome is None:
        return words.say("reread_problem", problem=result.problem)
    if result.outcome.state == "refused":
        return words.say("reread_refused", problem=result.outcome.reason)
    counts = result.outcome.counts
    code = "reread_new" if result.is_kept else "reread_nothing"
    if is_dry_run and counts.rows_loaded:
        code = "reread_would"
    return words.say(
        code,
        delivery=result.outcome.delivery_id,
        loaded=f"{counts.rows_loaded:,}",
        bad=f"{counts.rows_quarantined:,}",
        rest=f"{counts.rows_repeated:,}",
    )


def _problem(row: Row, words: Words) -> list[str]:
    return [
        str(row["quarantine_id"]),
        str(row["delivery_id"]),
        row["relative_path"],
        str(row["line"]),
        row["column_name"] or "-",
        _short(_value(row) or words.say("empty")),
        words.word("reason", row["reason_code"]),
        _instant(row["first_seen_at"]),
        str(row["seen_count"]),
        words.word("status", row["status_code"]),
    ]


def _refused(row: Row) -> list[str]:
    return [
        str(row["delivery_id"]),
        row["relative_path"],
        f"{row['rows_in_file']:,}",
        _instant(row["as_of"]),
        row["reason"] or "-",
    ]


def _status(problem: Row, words: Words) -> str:
    if problem["mended_by_delivery_id"] is None:
        return words.word("status", problem["status_code"])
    return words.say(
        "mended_is",
        delivery=problem["mended_by_delivery_id"],
        file=problem["mended_by_path"],
        as_of=_instant(problem["mended_at"]),
    )


def _value(row: Row) -> str | None:
    return shown_value(row["entity"], row["column_name"], row["value_found"])


def _key(row: Row) -> str | None:
    return shown_key(row["entity"], row["record_key"])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def _instant(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else "-"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return guarded(str(value))
