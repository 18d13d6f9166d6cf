"""Hand ledger lines over to finance: draft, check, give the number with its bytes, commit, then write the files.

A crash in between leaves drafts, which the next run makes anew, or a number without files, which it writes as they were
stored with the number. So the same number always has the same bytes, whatever becomes of layouts and settings.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json, execute_values

from supplier_sla.errors import SupplierSlaError
from supplier_sla.extracts.corrections import CODING_COLUMNS
from supplier_sla.extracts.draft import Draft, lay_out, make_draft
from supplier_sla.extracts.layouts import LAYOUTS
from supplier_sla.extracts.receiver import Receiver
from supplier_sla.extracts.selection import HeldLine, select_lines
from supplier_sla.files.outbox import sha256, write_whole
from supplier_sla.periods.open_period import open_period
from supplier_sla.published import hold_publication, published_slot
from supplier_sla.session_lock import holding_lock

# One hand-over at a time.
EXTRACT_LOCK = 4_152_314

# What failed of each draft, by receiver_code; see `supplier_sla.quality.door_out_file`.
Check = Callable[[Sequence[Draft]], Mapping[str, Sequence[str]]]


class ExtractChanged(SupplierSlaError):
    """The stored bytes are not those that were promised under a number."""


class ExtractKeptIn(SupplierSlaError):
    """Expectations of the file door failed: an extract got no number, nothing of it left."""


class ReceiverUnknown(SupplierSlaError):
    """A number was given to a receiver that the settings no longer know."""


@dataclass
class HandedOver:
    """Data files written now, in the order of receivers and numbers, and released lines that did not go out."""

    written: list[Path] = field(default_factory=list)
    held: list[HeldLine] = field(default_factory=list)


def hand_over(
    connection: Connection, *, outbox: Path, as_of: datetime, receivers: Sequence[Receiver], check: Check
) -> HandedOver:
    """Number what may leave, and write every extract that has not reached the outbox.

    Args:
        connection: as the transformer, outside a transaction.
        outbox: folder for the files; made when missing.
        as_of: of the run.
        receivers: who gets what; see `load_receivers`.
        check: judges the drafts before they get their numbers.

    Raises:
        OutboxUnwritable, OutboxOccupied: see `write_whole`.
        ExtractChanged, ReceiverUnknown: a number that was given cannot be written; nothing of it was.
        ExtractKeptIn: some draft failed its check; all others have been handed over.
    """
    with holding_lock(connection, EXTRACT_LOCK):
        drafts, held = _draft(connection, as_of, receivers)
        failed = check(drafts) if drafts else {}
        for draft in drafts:
            with connection, connection.cursor() as cursor:
                if failed.get(draft.receiver_code):
                    held += _hold(cursor, draft, failed[draft.receiver_code])
                else:
                    _give_number(cursor, draft)
        handed = HandedOver(held=held)
        obstacles = _write_all(connection, outbox, receivers, handed)
    if obstacles:
        raise next(iter(obstacles.values()))
    _refuse_failed(drafts, failed)
    return handed


def _draft(
    connection: Connection, as_of: datetime, receivers: Sequence[Receiver]
) -> tuple[list[Draft], list[HeldLine]]:
    with connection, connection.cursor() as cursor:
        hold_publication(cursor)
        slot, _ = published_slot(cursor)
        selection = select_lines(cursor, slot, as_of, receivers)
        period = open_period(cursor, as_of)
        drafts = [
            make_draft(
                cursor, slot, receiver, selection.lines[receiver.receiver_code], as_of=as_of, booking_period=period
            )
            for receiver in receivers
            if selection.lines.get(receiver.receiver_code)
        ]
        lay_out(cursor, drafts)
        cursor.execute("delete from ops.extract_held_line")
        _list_held(cursor, selection.held, as_of)
    return drafts, selection.held


def _hold(cursor: Cursor, draft: Draft, failed: Sequence[str]) -> list[HeldLine]:
    held = [HeldLine(line["line_number"], "check_failed", "; ".join(failed)) for line in draft.extract.lines]
    _list_held(cursor, held, draft.extract.as_of)
    return held


def _list_held(cursor: Cursor, held: Sequence[HeldLine], as_of: datetime) -> None:
    if held:
        execute_values(
            cursor,
            "insert into ops.extract_held_line (line_number, contract_id, penalty_term_id, period_month,"
            " currency_code, amount, reason_code, explanation, as_of)"
            " select line_number, contract_id, penalty_term_id, period_month, currency_code, amount, held.reason_code,"
            "   held.explanation, held.as_of::timestamptz"
            " from finance.ledger_line"
            " inner join (values %s) as held (line_number, reason_code, explanation, as_of) using (line_number)",
            [(line.line_number, line.reason_code, line.explanation, as_of) for line in held],
        )


def _give_number(cursor: Cursor, draft: Draft) -> None:
    extract = draft.extract
    layout = LAYOUTS[extract.receiver.layout]
    cursor.execute(
        "insert into finance.extract (receiver_code, extract_number, as_of, line_count, layout, layout_version,"
        " booking_period) values (%s, %s, %s, %s, %s, %s, %s)",
        (
            draft.receiver_code, extract.number, extract.as_of, len(extract.lines), layout.code, layout.version,
            extract.booking_period,
        ),
    )  # fmt: skip
    execute_values(
        cursor,
        "insert into finance.extract_line (receiver_code, extract_number, line_number, attempt_number, amount,"
        " currency_code, detail) values %s",
        [
            (
                draft.receiver_code, extract.number, line["line_number"], line["attempt_number"], line["amount"],
                line["currency_code"], Json(_written(line)),
            )
            for line in extract.lines
        ],
    )  # fmt: skip
    execute_values(
        cursor,
        "insert into finance.extract_file (receiver_code, extract_number, file_position, file_name, row_count, sha256,"
        " content) values %s",
        [
            (
                draft.receiver_code, extract.number, position, file.name, file.row_count, file.sha256,
                zlib.compress(file.content),
            )
            for position, file in enumerate(draft.files, start=1)
        ],
    )  # fmt: skip
    cursor.execute("delete from ops.extract_draft where receiver_code = %s", (draft.receiver_code,))


def _written(line: Mapping[str, object]) -> dict[str, object]:
    """What an attempt is told apart by: the key of the line and its coding."""
    return {
        **{name: line[name] for name in ("contract_id", "penalty_term_id", "supplier_id", *CODING_COLUMNS)},
        "period_month": str(line["period_month"]),
    }


def _unwritten(connection: Connection) -> list[tuple[str, int]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select receiver_code, extract_number from finance.extract"
            " left join finance.extract_written using (receiver_code, extract_number)"
            " where written_at is null order by receiver_code, extract_number"
        )
        return cursor.fetchall()


def _write_all(
    connection: Connection, outbox: Path, receivers: Sequence[Receiver], handed: HandedOver
) -> dict[str, SupplierSlaError]:
    """Write what has a number; a receiver whose files cannot be written holds up its own next ones only."""
    obstacles: dict[str, SupplierSlaError] = {}
    for receiver_code, number in _unwritten(connection):
        if receiver_code not in obstacles:
            try:
                handed.written += _write(connection, receiver_code, number, outbox, receivers)
            except SupplierSlaError as error:
                obstacles[receiver_code] = error
    return obstacles


def _write(
    connection: Connection, receiver_code: str, number: int, outbox: Path, receivers: Sequence[Receiver]
) -> list[Path]:
    folder = outbox / _receiver(receiver_code, number, receivers).folder
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select file_name, row_count, sha256, content from finance.extract_file"
            " where receiver_code = %s and extract_number = %s order by file_position",
            (receiver_code, number),
        )
        files = [(name, rows, promised, zlib.decompress(content)) for name, rows, promised, content in cursor]
        for name, _, promised, content in files:
            if sha256(content) != promised:
                raise ExtractChanged(
                    f"extract {number} of {receiver_code}, file {name}",
                    expected=f"bytes with the SHA-256 {promised} that was recorded with its number",
                    found=sha256(content),
                    next_step="find out who changed finance.extract_file; nothing was written",
                )
        for name, _, _, content in files:
            write_whole(folder / name, content)
        cursor.execute(
            "insert into finance.extract_written (receiver_code, extract_number) values (%s, %s)",
            (receiver_code, number),
        )
    return [folder / name for name, rows, _, _ in files if rows is not None]


def _receiver(receiver_code: str, number: int, receivers: Sequence[Receiver]) -> Receiver:
    for receiver in receivers:
        if receiver.receiver_code == receiver_code:
            return receiver
    raise ReceiverUnknown(
        f"extract {number}",
        expected=f"a receiver {receiver_code}, to whom the number was given",
        found=", ".join(receiver.receiver_code for receiver in receivers) or "none",
        next_step=f"bring {receiver_code}.yml back until its extracts are written",
    )


def _refuse_failed(drafts: Sequence[Draft], failed: Mapping[str, Sequence[str]]) -> None:
    kept = [
        f"{draft.files[-2].name} for {draft.receiver_code}: {'; '.join(failed[draft.receiver_code])}"
        for draft in drafts
        if failed.get(draft.receiver_code)
    ]
    if kept:
        raise ExtractKeptIn(
            "extract",
            expected="every critical expectation of expectations/door_out_file to hold",
            found=" | ".join(kept),
            next_step="look at ops.extract_draft; nothing of it has left and no number was used",
        )
