"""Bad rows and bad files, planted on purpose and counted, so that a night has something to quarantine and to refuse.

A bad row is an additional one: the good rows are the same with and without damage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from supplier_sla.sample.writer import CsvTable, SampleFile, contract_columns

Damage = Callable[[list[str], Sequence[str]], list[str]]

_BAD_KEY_COLUMN = {"tickets": "ticket_id", "ticket_events": "ticket_id", "survey_responses": "response_id"}
_ROWS_BETWEEN_FIRST_KINDS = 7


def _setting(column: str, value: str) -> Damage:
    def damage(fields: list[str], columns: Sequence[str]) -> list[str]:
        position = columns.index(column)
        return [*fields[:position], value, *fields[position + 1 :]]

    return damage


def _truncate(fields: list[str], columns: Sequence[str]) -> list[str]:
    return fields[: len(fields) // 2]


def _add_fields(fields: list[str], columns: Sequence[str]) -> list[str]:
    return [*fields, "surplus", "fields"]


def _row_damages(required_timestamp: str, **further: Damage) -> dict[str, Damage]:
    return {
        "missing_required": _setting(required_timestamp, ""),
        "bad_timestamp": _setting(required_timestamp, "2026-13-45T25:61:00Z"),
        "timestamp_without_offset": _setting(required_timestamp, "2026-01-05T09:12:44"),
        **further,
        "truncated_line": _truncate,
        "too_many_fields": _add_fields,
    }


ROW_DAMAGES: dict[str, dict[str, Damage]] = {
    "tickets": _row_damages(
        "opened_at", unknown_code=_setting("source_verdict", "perhaps"), bad_slug=_setting("source_system", "help desk")
    ),
    "ticket_events": _row_damages(
        "event_at", unknown_code=_setting("event_type", "teleported"), negative_number=_setting("event_number", "-1")
    ),
    "survey_responses": _row_damages(
        "answered_at", negative_number=_setting("score", "-3"), not_a_number=_setting("scale_max", "five")
    ),
}
"""Kinds of damage by entity, in the order in which they are planted."""


class BadRowPlanter:
    """Adds damaged rows to the files of one entity, at places that only the number of good rows decides.

    Each kind is planted once early on; after that one bad row follows each 1/share good ones. No share, no bad row.
    """

    def __init__(self, entity: str, share: Decimal) -> None:
        self.planted: Counter[str] = Counter()
        self._damages = tuple(ROW_DAMAGES[entity].items())
        self._key_column = _BAD_KEY_COLUMN[entity]
        self._share = share
        self._good_rows = 0

    def plant_after(self, table: CsvTable, fields: list[str]) -> None:
        """Count one good row just written to the table and add a damaged copy of it where one is due."""
        self._good_rows += 1
        if not self._is_due():
            return
        kind, damage = self._damages[self.planted.total() % len(self._damages)]
        # A key of its own: were the row loaded after all, it would show, and hide no good one.
        position = table.columns.index(self._key_column)
        marked = [*fields[:position], f"{fields[position]}-BAD-{kind}", *fields[position + 1 :]]
        table.write_fields(damage(marked, table.columns))
        self.planted[kind] += 1

    def _is_due(self) -> bool:
        if not self._share:
            return False
        planted = self.planted.total()
        if planted < len(self._damages) and self._good_rows >= _ROWS_BETWEEN_FIRST_KINDS * (planted + 1):
            return True
        return self._good_rows * self._share >= planted + 1


def write_bad_files(directory: Path) -> list[SampleFile]:
    """Write files that a night must refuse as a whole, each for one reason that its name tells."""
    ticket_columns = contract_columns("tickets")
    good_ticket = {"source_system": "servicedesk", "ticket_id": "BAD-FILE-1", "opened_at": "2025-10-06T08:00:00Z"}
    fields = [good_ticket.get(column, "") for column in ticket_columns]
    without_opened_at = [column for column in ticket_columns if column != "opened_at"]

    files = []

    def write(name: str, entity: str | None, note: str, content: bytes, rows: int) -> None:
        (directory / name).write_bytes(content)
        files.append(SampleFile(name, entity, "bad", rows, note=note))

    write(
        "tickets_bad_missing_column.csv",
        "tickets",
        "required column opened_at is missing",
        _csv(without_opened_at, [good_ticket.get(column, "") for column in without_opened_at]),
        1,
    )
    write(
        "tickets_bad_duplicate_header.csv",
        "tickets",
        "column ticket_id appears twice",
        _csv([*ticket_columns, "ticket_id"], [*fields, "BAD-FILE-2"]),
        1,
    )
    write("survey_responses_bad_empty_file.csv", "survey_responses", "no bytes, not even a header", b"", 0)
    write(
        "suppliers_bad_latin_1.csv",
        "suppliers",
        "encoded in Latin-1 instead of UTF-8",
        _csv(("supplier_id", "supplier_name"), ("SUP-BAD-FILE", "Müller & Söhne")).decode("utf-8").encode("latin-1"),
        1,
    )
    write(
        "unknown_name_canteen_menu.csv", None, "no entity and no profile has this name", _csv(("dish",), ("soup",)), 1
    )
    return files


def _csv(columns: Sequence[str], fields: Sequence[str]) -> bytes:
    return "".join(f"{','.join(line)}\n" for line in (columns, fields)).encode("utf-8")
