"""What a layout is: its columns, which lines it cannot say, and the files it makes of an extract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from supplier_sla.extracts.extract import Extract, RenderedFile, Row
from supplier_sla.extracts.receiver import Receiver


@dataclass(frozen=True)
class Column:
    """One column of a file. Text is guarded against formulas in files that people open; figures stand as they are.

    `length`: most characters, 0 for no limit.
    """

    name: str
    meaning: str
    is_text: bool = True
    length: int = 0


@dataclass(frozen=True)
class Layout:
    """A layout. `version` goes up whenever the same lines would give other bytes.

    `objection` says why a line cannot be put into this layout, None when it can; such a line is held, not mangled.
    The first file of `render` is the main one: its control file is written last of all.
    """

    code: str
    version: int
    tables: Mapping[str, Sequence[Column]]
    objection: Callable[[Receiver, Row], str | None]
    render: Callable[[Extract], list[RenderedFile]]


def amount_objection(receiver: Receiver, line: Row) -> str | None:
    """Why an amount cannot be written with the places that the receiver wants; None when it can."""
    if receiver.amount(line["amount"], line["currency_code"]) is not None:
        return None
    places = receiver.decimals[line["currency_code"]]
    return f"amount {line['amount']} {line['currency_code']} has more than {places} decimal places"
