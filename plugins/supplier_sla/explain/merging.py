"""The stretches of a clock put together for reading: fewer rows, every second still in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from supplier_sla.errors import SupplierSlaError
from supplier_sla.explain.ticket import Row


@dataclass(frozen=True)
class Piece:
    """A time during which the clock did one thing.

    `did` is a clock state, `closed` (it would have run in open hours), `ran_on` (it ran in all open hours) or
    `not_published`. `open_seconds` are those of the calendar, counted or not. `stretch` is the first of its stretches,
    `named_days` are the first ones of days that the calendar names.
    """

    did: str
    from_at: datetime
    to_at: datetime
    open_seconds: int
    counted_seconds: int
    stretch: Row
    named_days: tuple[Row, ...] = ()


class StretchesTorn(SupplierSlaError):
    """Stretches that overlap or leave time between them: a defect of the models, never to be smoothed over."""


def pieces(stretches: Sequence[Row], *, breached_at: datetime | None = None) -> list[Piece]:
    """The stretches of one measurement, in order, neighbours that say the same made one.

    A running piece is cut at the instant at which the target was used up; what follows under the same event is one
    piece over open and closed hours, `ran_on`: no verdict depends on its single days.

    Raises:
        StretchesTorn: a stretch does not begin where the one before it ends.
    """
    merged: list[Piece] = []
    for piece in map(_piece, stretches):
        if merged and merged[-1].to_at != piece.from_at:
            raise StretchesTorn(
                "stretches of a clock",
                expected="each to begin where the one before it ends",
                found=f"one up to {merged[-1].to_at}, the next from {piece.from_at}",
                next_step="report this as a defect",
            )
        if merged and _says(merged[-1]) == _says(piece):
            merged[-1] = _joined(merged[-1], piece)
        else:
            merged.append(piece)
    return _late_joined(_cut(merged, breached_at), breached_at) if breached_at else merged


def up_to_the_end(found: Sequence[Piece]) -> list[Piece]:
    """Without what came after the clock had stopped, or the ticket was withdrawn, for good."""
    idle = ("stopped", "cancelled", "excluded")
    last = max((at for at, piece in enumerate(found) if piece.did not in idle), default=-1)
    ended = (at for at, piece in enumerate(found) if at > last and piece.did in ("stopped", "cancelled"))
    return list(found[: next(ended, len(found))])


def changes(found: Sequence[Piece]) -> list[tuple[bool, bool]]:
    """For each piece, whether another party holds the ticket than before, and whether another target applies.

    What happens while the clock has stopped is told when it goes on.
    """
    told: list[tuple[bool, bool]] = []
    before: Piece | None = None
    for piece in found:
        if piece.did == "stopped":
            told.append((False, False))
            continue
        told.append(_differences(before or piece, piece))
        before = piece
    return told


def _differences(before: Piece, piece: Piece) -> tuple[bool, bool]:
    is_handed_over = before.stretch["holder_supplier_id"] != piece.stretch["holder_supplier_id"]
    return is_handed_over, _terms(before.stretch) != _terms(piece.stretch)


def _piece(stretch: Row) -> Piece:
    is_open = stretch["is_open"] if stretch["calendar_id"] is not None else True
    did = stretch["clock_state_code"]
    if did == "running" and is_open is None:
        did = "not_published"
    elif did == "running" and not is_open:
        did = "closed"
    seconds = int((stretch["to_at"] - stretch["from_at"]).total_seconds())
    return Piece(
        did=did,
        from_at=stretch["from_at"],
        to_at=stretch["to_at"],
        open_seconds=seconds if is_open else 0,
        counted_seconds=stretch["counted_seconds"] or 0,
        stretch=stretch,
        named_days=(stretch,) if stretch["day_exception_code"] and did in ("running", "closed") else (),
    )


def _says(piece: Piece) -> tuple:
    """What a reader must be able to tell apart."""
    stretch = piece.stretch
    if piece.did in ("stopped", "cancelled"):
        return (piece.did,)
    circumstances = (stretch["holder_supplier_id"], *_terms(stretch))
    if piece.did in ("closed", "not_published"):
        return (piece.did, *circumstances)
    if piece.did == "excluded":
        return (piece.did, stretch["exclusion_id"], *circumstances)
    # A named day that is open (a half day, a make-up day) stands for itself.
    named_day = stretch["day_exception_name"] or stretch["day_exception_code"] if piece.did == "running" else None
    return (piece.did, named_day, *_cause(stretch), *circumstances)


def _cause(stretch: Row) -> tuple:
    return stretch["_delivery_id"], stretch["_source_row_number"], stretch["event_at"], stretch["event_type"]


def _terms(stretch: Row) -> tuple:
    return stretch["priority_applied_code"], stretch["service_level_key"], stretch["target_seconds"]


def _joined(first: Piece, second: Piece) -> Piece:
    return replace(
        first,
        to_at=second.to_at,
        open_seconds=first.open_seconds + second.open_seconds,
        counted_seconds=first.counted_seconds + second.counted_seconds,
        named_days=(*first.named_days, *second.named_days),
    )


def _cut(merged: list[Piece], at: datetime) -> list[Piece]:
    cut: list[Piece] = []
    for piece in merged:
        if piece.did == "running" and piece.from_at < at < piece.to_at:
            seconds = int((at - piece.from_at).total_seconds())
            cut.append(replace(piece, to_at=at, open_seconds=seconds, counted_seconds=seconds))
            rest = piece.counted_seconds - seconds
            cut.append(replace(piece, from_at=at, open_seconds=rest, counted_seconds=rest))
        else:
            cut.append(piece)
    return cut


def _late_joined(found: Sequence[Piece], breached_at: datetime) -> list[Piece]:
    joined: list[Piece] = []
    for piece in found:
        if joined and joined[-1].from_at >= breached_at and _goes_on(joined[-1], piece):
            joined[-1] = replace(_joined(joined[-1], piece), did="ran_on")
        else:
            joined.append(piece)
    return joined


def _goes_on(before: Piece, piece: Piece) -> bool:
    if before.did not in ("running", "closed", "ran_on") or piece.did not in ("running", "closed"):
        return False
    said = [(*_cause(one.stretch), one.stretch["holder_supplier_id"], *_terms(one.stretch)) for one in (before, piece)]
    return said[0] == said[1]
