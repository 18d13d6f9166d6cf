"""What every part of the dossier is written with: the language, the zone, and a few shapes of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from supplier_sla.bilingual import Words
from supplier_sla.explain import moments
from supplier_sla.explain.ticket import Row
from supplier_sla.terminal import aligned

Fact = tuple[str, str | Sequence[str] | None]


@dataclass(frozen=True)
class Pen:
    """Writes in one language, with instants in one zone."""

    words: Words
    zone: ZoneInfo

    def say(self, code: str, /, **values: Any) -> str:
        """See `Words.say`."""
        return self.words.say(code, **values)

    def word(self, group: str, code: str | None) -> str:
        """See `Words.word`."""
        return self.words.word(group, code)

    def when(self, moment: datetime) -> str:
        """An instant in the zone of the dossier, with its offset."""
        return moments.instant(moment, self.zone, self.words)

    def source(self, row: Row) -> str:
        """File and line that a row was delivered in; a dash for what was not delivered."""
        if not row.get("_source_file"):
            return "-"
        return self.say("source", file=row["_source_file"], line=row["_source_row_number"])

    def supplier(self, row: Row, column: str = "supplier_id") -> str:
        """Identifier and name of a supplier."""
        return _named(row[column], self.words.name(row, "supplier_name"))

    def work_centre(self, row: Row) -> str:
        """Identifier and name of a work centre."""
        return _named(row["work_centre_id"], self.words.name(row, "work_centre_name"))

    def named(self, row: Row, identifier: str, name: str) -> str:
        """Identifier and name of whatever has both."""
        return _named(row[identifier], self.words.name(row, name))

    def span(self, first: str | None, last: str | None) -> Mapping[str, str]:
        """Two ends as `first` and `last`, open ends in words."""
        return {
            "first": first or self.say("always"),
            "last": last or self.say("open_end"),
        }


def facts(pairs: Iterable[Fact]) -> list[str]:
    """Labels and what they say, below each other; what is not known is left out."""
    table: list[list[str]] = []
    for label, said in pairs:
        if said is None:
            continue
        lines = [said] if isinstance(said, str) else list(said)
        table += [[label if not position else "", line] for position, line in enumerate(lines)]
    return aligned(table, indent="  ")


def percent(share: Decimal | float | None) -> str:
    """A share as a percentage with two places; a dash where there is none."""
    return "-" if share is None else f"{Decimal(share) * 100:.2f} %"


def _named(identifier: str | None, name: str | None) -> str:
    if not identifier:
        return "-"
    return f"{identifier} {name}" if name and name != identifier else identifier
