"""Issue what is due: number, letter and addresses in one transaction, then the letters into the outbox.

A crash before the commit leaves nothing, one after it letters that the next run writes as they were stored.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor, execute_values

from supplier_sla.errors import SupplierSlaError
from supplier_sla.files.outbox import sha256, write_whole
from supplier_sla.notices.addresses import recipients
from supplier_sla.notices.letter import Letter, write_letter
from supplier_sla.notices.limit import refuse_too_many
from supplier_sla.published import act_as, hold_publication, published_slot
from supplier_sla.session_lock import holding_lock

# One run that issues or mails at a time.
NOTICE_LOCK = 4_152_315
FOLDER = "notices"

# Columns of a notice that are those of the due cause.
COPIED = (
    "notice_rule_id", "rule_valid_from", "cause_reference", "notice_kind", "trigger_code", "clause", "supplier_id",
    "contract_id", "service_level_id", "period_month", "ticket_key", "subject_code", "cause_at", "measured_value",
    "threshold", "escalates_notice_number", "not_before_at", "quiet_hours", "quiet_calendar_id", "quiet_time_zone",
    "time_zone", "letter_date", "answer_due_date", "plan_due_date", "language_code",
)  # fmt: skip

# The view of readers may be of a night before this one; a notice of another run may have come since the build.
DUE = """
select due.*
from {slot}.rpt_supplier_notice_due as due
where
    due.status_code = 'due'
    and not exists (
        select from governance.notice as issued
        where issued.notice_rule_id = due.notice_rule_id and issued.cause_reference = due.cause_reference
    )
order by due.cause_at, due.notice_rule_id collate "C", due.cause_reference collate "C"
"""

Row = Mapping[str, Any]


class LetterChanged(SupplierSlaError):
    """The stored bytes are not those whose hash was recorded with the number."""


@dataclass
class Issued:
    """Numbers given now, and the letters written now."""

    numbers: list[int] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)


def issue_notices(connection: Connection, *, outbox: Path, limit: int) -> Issued:
    """Issue what the published night says is due, and write every letter that has not reached the outbox.

    Args:
        connection: of a login that may act as the transformer, outside a transaction.
        outbox: letters go to the folder `notices` below it; made when missing.
        limit: most notices that may be issued now.

    Raises:
        TooManyNotices: more are due; none was issued.
        OutboxUnwritable, OutboxOccupied: see `write_whole`. LetterChanged: see there.
    """
    with holding_lock(connection, NOTICE_LOCK):
        with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            act_as(cursor, "transformer")
            hold_publication(cursor)
            slot, publication_id = published_slot(cursor)
            cursor.execute(sql.SQL(DUE).format(slot=sql.Identifier(slot)))
            due = cursor.fetchall()
            refuse_too_many(len(due), limit, what="notices")
            cursor.execute("select coalesce(max(notice_number), 0) as highest from governance.notice")
            first = cursor.fetchall()[0]["highest"] + 1
            for number, row in enumerate(due, start=first):
                _give_number(cursor, row, number, publication_id)
        issued = Issued(numbers=list(range(first, first + len(due))))
        issued.written = _write_all(connection, outbox / FOLDER)
    return issued


def _give_number(cursor: Cursor, due: Row, number: int, publication_id: int) -> None:
    letter = write_letter(due, number)
    values = {
        **{column: due[column] for column in COPIED},
        "notice_number": number,
        "issued_at": due["as_of"],
        "subject": letter.subject,
        "publication_id": publication_id,
    }
    cursor.execute(
        sql.SQL("insert into governance.notice ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Placeholder, values))
        ),
        values,
    )
    execute_values(
        cursor,
        "insert into governance.notice_letter (notice_number, file_position, file_name, sha256, content) values %s",
        [
            (number, position, name, sha256(content), zlib.compress(content))
            for position, (name, content) in enumerate(_files(letter, number), start=1)
        ],
    )
    found = recipients(due["recipients"], due["copy_recipients"])
    if found:
        execute_values(
            cursor,
            "insert into governance.notice_recipient (notice_number, address, is_copy, is_mailable) values %s",
            [(number, one.address, one.is_copy, one.is_mailable) for one in found],
        )


def _files(letter: Letter, number: int) -> list[tuple[str, bytes]]:
    return [(f"notice_{number:06d}.html", letter.html), (f"notice_{number:06d}.txt", letter.text)]


def letter_files(cursor: Cursor, number: int) -> list[tuple[str, bytes]]:
    """Name and bytes of the letter of a notice, HTML first; none when there is no such notice.

    Raises:
        LetterChanged: see there.
    """
    cursor.execute(
        "select file_name, sha256, content from governance.notice_letter"
        " where notice_number = %s order by file_position",
        (number,),
    )
    files = []
    for row in cursor.fetchall():
        name, promised, compressed = row.values() if isinstance(row, dict) else row
        content = zlib.decompress(compressed)
        if sha256(content) != promised:
            raise LetterChanged(
                f"notice {number}, file {name}",
                expected=f"bytes with the SHA-256 {promised} that was recorded with its number",
                found=sha256(content),
                next_step="find out who changed governance.notice_letter; it was neither written nor mailed",
            )
        files.append((name, content))
    return files


def _write_all(connection: Connection, folder: Path) -> list[Path]:
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        cursor.execute(
            "select notice_number from governance.notice left join governance.notice_written using (notice_number)"
            " where written_at is null order by notice_number"
        )
        numbers = [number for (number,) in cursor.fetchall()]
    written = []
    for number in numbers:
        with connection, connection.cursor() as cursor:
            act_as(cursor, "transformer")
            for name, content in letter_files(cursor, number):
                write_whole(folder / name, content)
                written.append(folder / name)
            cursor.execute("insert into governance.notice_written (notice_number) values (%s)", (number,))
    return written
