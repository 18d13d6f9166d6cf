"""Which lines go to which receiver now, and which are held and why: every released line is one or the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor

from supplier_sla.extracts.corrections import Rejection, rejections
from supplier_sla.extracts.layouts import LAYOUTS
from supplier_sla.extracts.lines import read_lines
from supplier_sla.extracts.receiver import Receiver
from supplier_sla.extracts.released import released_lines


@dataclass(frozen=True)
class HeldLine:
    """A released line that does not go out, with a code and a sentence that says what to do about it."""

    line_number: int
    reason_code: str
    explanation: str


@dataclass
class Selection:
    """Lines by receiver_code, with the sign that the receiver expects, and the lines that are held."""

    lines: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    held: list[HeldLine] = field(default_factory=list)


def select_lines(cursor: Cursor, slot: str, as_of: datetime, receivers: Sequence[Receiver]) -> Selection:
    """Released lines that no extract holds, and rejected ones that were corrected.

    Lines of one contract, clause, month and currency go out in their order: while one is held or stands rejected, those
    behind it wait, because an adjustment of what finance never booked would be booked alone.
    """
    rejected = rejections(cursor, slot, as_of)
    numbers = sorted({*released_lines(cursor, slot), *rejected})
    selection = Selection()
    waiting: dict[tuple[object, ...], int] = {}
    for line in read_lines(cursor, slot, numbers):
        rejection = rejected.get(line["line_number"])
        key = tuple(line[name] for name in ("contract_id", "penalty_term_id", "period_month", "currency_code"))
        said = {**line, **(rejection.coding if rejection else {})}
        found = _receiver_or_reason(said, receivers, rejection, waiting.get(key))
        if isinstance(found, HeldLine):
            selection.held.append(found)
            waiting.setdefault(key, line["line_number"])
            continue
        selection.lines[found.receiver_code].append(
            {
                **said,
                "amount": line["amount"] * found.amount_sign,
                "attempt_number": rejection.attempt_number + 1 if rejection else 1,
                "rejected_at": rejection.rejected_at if rejection else None,
            }
        )
    return selection


def _receiver_or_reason(
    line: Mapping[str, Any], receivers: Iterable[Receiver], rejection: Rejection | None, waits_for: int | None
) -> Receiver | HeldLine:
    number = line["line_number"]
    if rejection is not None and not rejection.is_corrected:
        return HeldLine(
            number,
            "rejected",
            f"finance rejected it at {rejection.rejected_at.isoformat()}; correct its coding or approve it again",
        )
    if rejection is not None and rejection.is_disputed:
        return HeldLine(number, "disputed", "finance rejected it and a dispute of it is open; a ruling lets it go")
    if waits_for is not None:
        return HeldLine(number, "waits_for_line", f"line {waits_for} of the same clause and month is held")
    fitting = [receiver for receiver in receivers if receiver.holds(line)]
    if len(fitting) != 1:
        names = ", ".join(receiver.receiver_code for receiver in fitting)
        return HeldLine(
            number,
            "several_receivers" if fitting else "no_receiver",
            f"expected one receiver for contract {line['contract_id']}, supplier {line['supplier_id']},"
            f" {line['currency_code']}, found {names or 'none'}; mend gets and leaves of the receivers",
        )
    receiver = fitting[0]
    written = {**line, "amount": line["amount"] * receiver.amount_sign}
    objection = LAYOUTS[receiver.layout].objection(receiver, written)
    if objection is not None:
        return HeldLine(number, "not_for_layout", f"layout {receiver.layout} of {receiver.receiver_code}: {objection}")
    return receiver
