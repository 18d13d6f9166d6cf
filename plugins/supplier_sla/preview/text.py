"""The preview as lines of text. Foreign values stand in them as they came: whoever shows a line makes it harmless."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from supplier_sla.bilingual import Words
from supplier_sla.landing.contract import load_contracts
from supplier_sla.preview.preview import Preview
from supplier_sla.preview.reaches import RegisterObject, objects_of
from supplier_sla.preview.register_rows import ChangedRow
from supplier_sla.preview.touched import Row
from supplier_sla.terminal import aligned

WORDS = Path(__file__).parent / "words.yml"


def preview_lines(preview: Preview, words: Words, *, folder: str, is_listing: bool) -> list[str]:
    """Files, changed rows, tickets and measurements touched, months, ledger lines; every ticket if `is_listing`."""
    heading = words.say(
        "heading", folder=folder, publication=preview.publication, as_of=f"{preview.as_of:%Y-%m-%d %H:%M:%S %Z}"
    )
    files = [[path, sentence] for path, sentence in preview.files] or [[words.say("no_files")]]
    lines = [heading, words.say("nothing_done"), "", words.say("files"), *aligned(files, indent="  ")]
    lines += ["", words.say("changes"), *_changes(preview, words)]
    if preview.objects:
        lines += ["", words.say("touched"), *_touched(preview, words, is_listing=is_listing)]
        lines += ["", words.say("months"), *_months(preview, words)]
    if preview.ledger_lines:
        lines += ["", words.say("ledger"), *_ledger_lines(preview.ledger_lines, words)]
    if is_listing and preview.tickets:
        lines += ["", words.say("tickets"), *_tickets(preview.tickets, words)]
    return lines


def _changes(preview: Preview, words: Words) -> list[str]:
    if not preview.changed_rows:
        return [f"  {words.say('no_changes')}"]
    ineffective = preview.ineffective_rows
    table = [words.say("change_columns").split(";")]
    for row in preview.changed_rows:
        named = words.say("comma").join(_object(one, words) for one in objects_of(row))
        key = " ".join(part for part in row.key if part)
        for position, (column, before, after) in enumerate(_values(row, words)):
            table.append([*((named, row.entity, key) if not position else ("", "", "")), column, before, after])
        if row in ineffective:
            table[-1].append(f"({words.say('no_effect')})")
    return aligned(table, indent="  ")


def _object(one: RegisterObject, words: Words) -> str:
    return f"{words.word('object_kind', one.kind)} {one.identifier}"


def _values(row: ChangedRow, words: Words) -> Iterable[tuple[str, str, str]]:
    """What differs, a row that did not exist as a whole."""
    if not row.before:
        key = load_contracts()[row.entity].key
        told = words.say("comma").join(f"{name}={row.after[name]}" for name in row.columns if name not in key)
        return [(words.say("new_row"), "-", told)]
    return [(name, row.before.get(name) or "-", row.after.get(name) or "-") for name in row.columns]


def _touched(preview: Preview, words: Words, *, is_listing: bool) -> list[str]:
    table = [words.say("touched_columns").split(";")]
    for row in preview.objects:
        named = _object(RegisterObject(row["object_kind"], row["object_id"]), words)
        table.append([named, str(row["ticket_count"]), str(row["measurement_count"])])
    lines = aligned(table, right=(1, 2), indent="  ")
    counts = [
        words.say("count_of", status=words.word("status", row["status_code"]), count=row["measurement_count"])
        for row in preview.statuses
    ]
    if counts:
        lines.append(f"  {words.say('statuses', counts=words.say('comma').join(counts))}")
    may_come = {row["ticket_key"] for row in preview.tickets if row["status_code"] is None}
    if may_come:
        lines.append(f"  {words.say('unmeasured', count=len(may_come))}")
    if preview.tickets and not is_listing:
        lines.append(f"  {words.say('list_hint')}")
    return lines


def _months(preview: Preview, words: Words) -> list[str]:
    if not preview.periods:
        return [f"  {words.say('no_months')}"]
    table = [words.say("month_columns").split(";")]
    for period in preview.periods:
        posted = [
            str(line["line_number"])
            for line in preview.ledger_lines
            if all(line[name] == period[name] for name in ("contract_id", "service_level_id", "period_month"))
        ]
        table.append(
            [
                period["contract_id"],
                period["service_level_id"],
                f"{period['period_month']:%Y-%m}",
                words.word("month_state", "ended" if period["is_complete"] else "open"),
                str(period["measurement_count"]),
                words.say("comma").join(posted) or "-",
            ]
        )
    return aligned(table, right=(4,), indent="  ")


def _ledger_lines(found: Iterable[Row], words: Words) -> list[str]:
    table = [words.say("ledger_columns").split(";")]
    for line in found:
        term = line["penalty_term_id"]
        table.append(
            [
                str(line["line_number"]),
                line["contract_id"],
                term if line["is_direct"] else words.say("by_the_cap", term=term),
                f"{line['period_month']:%Y-%m}",
                f"{line['amount']} {line['currency_code']}",
                f"{line['accounting_period']:%Y-%m}",
                str(line["extract_number"] or "-"),
            ]
        )
    return [*aligned(table, right=(0, 4), indent="  "), f"  {words.say('ledger_stays')}"]


def _tickets(found: Iterable[Row], words: Words) -> list[str]:
    table = [words.say("ticket_columns").split(";")]
    for row in found:
        table.append(
            [
                row["ticket_key"],
                row["service_level_id"] or "-",
                str(row["cycle_number"] or "-"),
                words.word("status", row["status_code"]),
            ]
        )
    return aligned(table, indent="  ")
