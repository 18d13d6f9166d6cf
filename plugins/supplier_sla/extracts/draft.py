"""The next extract of a receiver, complete with its bytes, before it has a number for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from supplier_sla.extracts.control import StoredFile, stored_files
from supplier_sla.extracts.extract import Extract, Previous
from supplier_sla.extracts.layouts import LAYOUTS
from supplier_sla.extracts.lines import read_evidence, read_stretches
from supplier_sla.extracts.receiver import Receiver


@dataclass(frozen=True)
class Draft:
    """An extract and its files, in the order in which they are written."""

    extract: Extract
    files: Sequence[StoredFile]

    @property
    def receiver_code(self) -> str:
        """Whose it is."""
        return self.extract.receiver.receiver_code


def make_draft(
    cursor: Cursor,
    slot: str,
    receiver: Receiver,
    lines: Sequence[dict[str, Any]],
    *,
    as_of: datetime,
    booking_period: date,
) -> Draft:
    """Number, read and render; nothing is given away yet."""
    previous = _previous(cursor, receiver.receiver_code)
    evidence = read_evidence(cursor, [line["line_number"] for line in lines])
    extract = Extract(
        receiver=receiver,
        number=previous.number + 1 if previous else 1,
        as_of=as_of,
        booking_period=booking_period,
        previous=previous,
        lines=lines,
        evidence=evidence,
        stretches=read_stretches(cursor, slot, evidence),
    )
    layout = LAYOUTS[receiver.layout]
    return Draft(extract, stored_files(extract, layout, layout.render(extract)))


def lay_out(cursor: Cursor, drafts: Sequence[Draft]) -> None:
    """Put what the drafts say where the expectations of the file door look at it; older drafts go."""
    cursor.execute("delete from ops.extract_draft")
    rows = [
        (
            draft.receiver_code, draft.extract.number, line["line_number"], line["attempt_number"],
            line["rejected_at"], line["amount"], draft.extract.receiver.amount_sign, line["currency_code"],
            draft.extract.booking_period, len(draft.extract.lines), draft.extract.totals[line["currency_code"]],
        )
        for draft in drafts
        for line in draft.extract.lines
    ]  # fmt: skip
    if rows:
        execute_values(
            cursor,
            "insert into ops.extract_draft (receiver_code, extract_number, line_number, attempt_number, rejected_at,"
            " amount, amount_sign, currency_code, booking_period, control_line_count, control_total) values %s",
            rows,
        )


def _previous(cursor: Cursor, receiver_code: str) -> Previous | None:
    cursor.execute(
        "select extract_number, sha256 from finance.extract_file where receiver_code = %s"
        " order by extract_number desc, file_position desc limit 1",
        (receiver_code,),
    )
    row = cursor.fetchone()
    return Previous(row[0], row[1]) if row else None
