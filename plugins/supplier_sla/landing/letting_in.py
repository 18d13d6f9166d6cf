"""Lets one booked file in: loaded, held against its control file, noted in the book, settled; in one transaction."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.book.content import count_left_out, note_keys_of_full_dump, note_sources
from supplier_sla.landing.book.deliveries import (
    Arrival,
    SettledDelivery,
    any_let_in,
    settle,
)
from supplier_sla.landing.control.arrival import control_for_reread
from supplier_sla.landing.control.files import (
    Control,
    check_content,
    check_hash,
    trailer_control,
)
from supplier_sla.landing.control.trailer import WithoutTrailer
from supplier_sla.landing.load import Loaded, load_delivery
from supplier_sla.landing.outcome import Counts, DeliveryOutcome
from supplier_sla.landing.packing.unpacking import unpacked
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.refusal import FileInMotion
from supplier_sla.landing.rereading import Reread
from supplier_sla.landing.run import Run


@dataclass(frozen=True)
class Booked:
    """A file in the book, with what its content is compared with while it is loaded."""

    delivery_id: int
    arrival: Arrival
    latest: SettledDelivery | None = None
    control: Control | None = None
    holds_control: bool = True  # not where an earlier reading has let the file in


@dataclass
class _Noted:
    """What was seen while the file's rows were still at hand."""

    rows_left_out: int | None = None


def let_in_again(
    cursor: Cursor, delivery_id: int, arrival: Arrival, reading: Reading, run: Run, reread: Reread
) -> DeliveryOutcome:
    """Read a file again that is booked for it and write down what became of it, within the caller's transaction.

    Raises:
        FileRefused: it cannot be read as a whole; the caller rolls back.
        FileInMotion: it is not what it was when it was hashed.
    """
    holds_control = not any_let_in(cursor, reread.delivery_ids)
    control = control_for_reread(arrival.file, reading) if holds_control else None
    booked = Booked(delivery_id, arrival, control=control, holds_control=holds_control)
    return let_in(cursor, booked, reading, run, reread=reread)


def let_in(
    cursor: Cursor,
    booked: Booked,
    reading: Reading,
    run: Run,
    *,
    reread: Reread | None = None,
    is_back: bool = False,
) -> DeliveryOutcome:
    """Load a file and write down what became of it; raises FileRefused and FileInMotion: the caller rolls back."""
    if booked.control is not None:
        check_hash(booked.control, booked.arrival.file)
    noted = _Noted()
    loaded = _load_hashed_content(
        cursor, booked, reading, run, reread, lambda counts: _note_content(cursor, booked, reading, counts, noted)
    )
    return settle(
        cursor,
        booked.delivery_id,
        booked.arrival,
        "refused" if loaded.refusal else _state(loaded.counts),
        loaded.counts,
        reason=str(loaded.refusal) if loaded.refusal else None,
        extra_columns=loaded.extra_columns,
        lines_skipped=loaded.lines_skipped,
        objects_without_records=loaded.objects_without_records,
        rows_left_out=noted.rows_left_out,
        remarks=tuple(_remarks(booked, loaded.counts, noted.rows_left_out, is_back=is_back)),
    )


def _note_content(cursor: Cursor, booked: Booked, reading: Reading, counts: Counts, noted: _Noted) -> None:
    """Hold the content against its control file, and write down what the book keeps of it."""
    if booked.control is not None:
        check_content(cursor, booked.control, counts)
    note_sources(cursor, reading.contract, booked.delivery_id)
    if booked.arrival.content_kind == "full":
        note_keys_of_full_dump(cursor, reading.contract, booked.delivery_id)
    if booked.latest is not None and booked.latest.has_rows:
        noted.rows_left_out = count_left_out(cursor, reading.contract, booked.latest.delivery_id)


def _remarks(booked: Booked, counts: Counts, left_out: int | None, *, is_back: bool) -> list[str]:
    """What the report says beside the counts."""
    remarks = []
    if is_back:
        remarks.append("its name has gone back to content delivered before, which counts as said again")
    if booked.latest is not None and left_out is not None:
        remarks.append(
            f"after delivery {booked.latest.delivery_id} of the same name: rows that differ from what was known"
            f" {counts.rows_loaded:,}, rows of that delivery that are not in it {left_out:,}"
        )
    return remarks


def _load_hashed_content(
    cursor: Cursor,
    booked: Booked,
    reading: Reading,
    run: Run,
    reread: Reread | None,
    inspect: Callable[[Counts], None],
) -> Loaded:
    """Load the file and make sure that what was loaded is what was hashed."""
    file = booked.arrival.file
    try:
        with file.path.open("rb") as stream, unpacked(stream, file, run.limits) as content:
            trailer = _trailer(content, reading)

            def look(counts: Counts) -> None:
                if trailer is not None and reading.file_profile.control is not None and booked.holds_control:
                    check_content(cursor, trailer_control(trailer.line, reading.file_profile.control), counts)
                inspect(counts)

            loaded = load_delivery(
                cursor,
                content if trailer is None else io.BufferedReader(trailer),
                reading,
                delivery_id=booked.delivery_id,
                as_of=booked.arrival.as_of,
                limits=run.limits,
                bad_row_limits=reading.profile.limits.over(run.bad_row_limits),
                reread=reread,
                inspect=look,
            )
        is_unchanged = file.is_unchanged()
    except OSError as error:
        raise FileInMotion("the file cannot be read any more", found=error.strerror or str(error)) from error
    if not is_unchanged:
        raise FileInMotion("changed while it was loaded", next_step="deliver under a temporary name, then rename")
    return loaded


def _trailer(content: BinaryIO, reading: Reading) -> WithoutTrailer | None:
    control = reading.file_profile.control
    return WithoutTrailer(content) if control is not None and control.trailer else None


def _state(counts: Counts) -> str:
    if counts.rows_quarantined:
        return "partly_loaded"
    if counts.rows_repeated and not counts.rows_loaded:
        return "repeated"
    return "loaded"
