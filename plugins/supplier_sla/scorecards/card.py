"""One frozen scorecard, the hash that chains it to the one before, and whether the chain still holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.ledger.line import FIRST_HASH, text_of
from supplier_sla.scorecards.period import CardPeriod


@dataclass(frozen=True)
class FrozenCard:
    """A version of a scorecard as `governance.scorecard` keeps it; `content` is JSON text with all figures."""

    scorecard_number: int
    supplier_id: str
    period_kind_code: str
    period_from: date
    version: int
    score: Decimal | None
    status_code: str
    band_code: str | None
    figures_hash: str
    content: str
    publication_id: int
    as_of: datetime
    revision_reason: str | None

    @property
    def period(self) -> CardPeriod:
        """The period as a person writes it."""
        return CardPeriod(self.period_kind_code, self.period_from)

    def hash_after(self, previous_hash: str) -> str:
        """SHA-256 over the previous card's hash and everything this one says."""
        said = {name: text_of(value) for name, value in asdict(self).items()}
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(f"{previous_hash}\n{canonical}".encode()).hexdigest()


CARD_COLUMNS = tuple(field.name for field in fields(FrozenCard))


@dataclass(frozen=True)
class CheckedChain:
    """What a walk over all frozen cards found; `problems` is empty when none was changed or taken away."""

    card_count: int
    last_hash: str
    problems: tuple[str, ...]


def check_chain(cursor: Cursor) -> CheckedChain:
    """Compute every hash anew.

    A card taken off the end leaves a shorter chain that holds: compare number and last hash with those of an earlier
    check or publication.
    """
    problems = []
    number, previous_hash = 0, FIRST_HASH
    for card, stored_previous, stored_hash in _stored_cards(cursor):
        missing = range(number + 1, card.scorecard_number)
        problems += [f"card {lost} is missing" for lost in missing]
        if card.hash_after(stored_previous) != stored_hash or (not missing and stored_previous != previous_hash):
            problems.append(
                f"card {card.scorecard_number} ({card.supplier_id}, {card.period}, version {card.version}) is not what"
                " was published: its hash does not follow from what it says and the card before"
            )
        number, previous_hash = card.scorecard_number, stored_hash
    return CheckedChain(number, previous_hash, tuple(problems))


def append_card(cursor: Cursor, card: FrozenCard, previous_hash: str) -> str:
    """Store a card behind the one with that hash; returns its own."""
    card_hash = card.hash_after(previous_hash)
    columns = (*CARD_COLUMNS, "previous_hash", "card_hash")
    cursor.execute(
        sql.SQL("insert into governance.scorecard ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join([sql.Placeholder()] * len(columns))
        ),
        (*asdict(card).values(), previous_hash, card_hash),
    )
    return card_hash


def _stored_cards(cursor: Cursor) -> Iterator[tuple[FrozenCard, str, str]]:
    # A cursor of the server: not all contents need to fit into memory.
    with cursor.connection.cursor("frozen_scorecards") as rows:
        rows.execute(
            sql.SQL("select {}, previous_hash, card_hash from governance.scorecard order by scorecard_number").format(
                sql.SQL(", ").join(map(sql.Identifier, CARD_COLUMNS))
            )
        )
        for *values, previous_hash, card_hash in rows:
            yield FrozenCard(*values), previous_hash, card_hash
