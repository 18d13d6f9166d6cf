"""Freezes scorecards of the published night: those that are due, or those of a period on command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.published import act_as
from supplier_sla.scorecards.card import FrozenCard, append_card, check_chain
from supplier_sla.scorecards.period import CardPeriod
from supplier_sla.warehouse.slots import PUBLICATION_LOCK, Publication, last_publication

CARDS = "fct_supplier_period_scorecard"

# What was published and answered is not part of what is published.
NOT_FROZEN = (
    "published_version", "published_at", "published_score", "published_status_code", "published_band_code",
    "is_changed_since_publication", "response_kind", "response_criterion_id", "responded_at",
)  # fmt: skip

FOUND_CARDS = """
select
    cards.supplier_id, cards.period_kind_code, cards.period_from, coalesce(newest.version, 0), cards.score,
    cards.status_code, cards.band_code, cards.figures_hash,
    jsonb_build_object(
        'card', to_jsonb(cards) - %(not_frozen)s,
        'criteria', (
            select jsonb_agg(to_jsonb(scores) order by scores.criterion_id)
            from {slot}.fct_supplier_period_score as scores
            where (scores.supplier_id, scores.period_kind_code, scores.period_from)
                = (cards.supplier_id, cards.period_kind_code, cards.period_from)
        )
    )::text,
    cards.is_period_complete,
    (newest.score, newest.status_code, newest.band_code, newest.figures_hash)
        is distinct from (cards.score, cards.status_code, cards.band_code, cards.figures_hash)
from {slot}.fct_supplier_period_scorecard as cards
left join lateral (
    select * from governance.scorecard as frozen
    where (frozen.supplier_id, frozen.period_kind_code, frozen.period_from)
        = (cards.supplier_id, cards.period_kind_code, cards.period_from)
    order by frozen.version desc limit 1
) as newest on true
where {condition}
order by cards.period_from, cards.period_kind_code collate "C", cards.supplier_id collate "C"
"""
DUE = sql.SQL("cards.is_period_complete and cards.publish_due_date <= %(day)s and newest.version is null")
OF_PERIOD = sql.SQL(
    "cards.period_kind_code = %(kind)s and cards.period_from = %(first_day)s"
    " and (%(supplier)s::text is null or cards.supplier_id = %(supplier)s)"
)


class ScorecardNotPublishable(SupplierSlaError):
    """Something must come first, or there is no such card."""


class ScorecardsBroken(SupplierSlaError):
    """A frozen card is no longer what was published."""


@dataclass(frozen=True)
class FoundCard:
    """A card of the published night beside the newest frozen version, 0 when there is none."""

    supplier_id: str
    period_kind_code: str
    period_from: Any
    frozen_version: int
    score: Decimal | None
    status_code: str
    band_code: str | None
    figures_hash: str
    content: str
    is_period_complete: bool
    is_changed: bool


@dataclass(frozen=True)
class Frozen:
    """What a call did: cards it froze, how many were frozen before, and which of these now say something else."""

    cards: tuple[FrozenCard, ...]
    unchanged_count: int
    changed_suppliers: tuple[str, ...]
    last_hash: str


def publish_due(connection: Connection, *, as_of: datetime) -> Frozen:
    """Freeze the cards whose day (scorecard_terms.publish_after_days) has come and that were never frozen.

    Args:
        connection: outside a transaction, of a login that may act as the transformer.
        as_of: of the run.

    Raises:
        ScorecardNotPublishable, ScorecardsBroken: see there.
    """
    with connection, connection.cursor() as cursor:
        publication = _hold_publication(cursor, as_of)
        found = _found(cursor, publication, DUE, {"day": as_of.astimezone(UTC).date()})
        return _freeze(cursor, found, publication, as_of, reason=None)


def publish_period(
    connection: Connection,
    period: CardPeriod,
    *,
    supplier_id: str | None = None,
    reason: str | None = None,
    as_of: datetime | None = None,
) -> Frozen:
    """Freeze the cards of a period that were never frozen, and with a reason those that now say something else.

    Args:
        connection: outside a transaction, of a login that may act as the transformer.
        period: it must have ended.
        supplier_id: only this supplier; None: all.
        reason: why cards are revised; None: frozen ones stay as they are.
        as_of: instant of the freezing; None: that of the last publication.

    Raises:
        ScorecardNotPublishable, ScorecardsBroken: see there.
    """
    if reason is not None and not reason.strip():
        raise _not_publishable(
            f"scorecards of {period}", "a reason for the revision", "an empty one", "say what was corrected"
        )
    with connection, connection.cursor() as cursor:
        publication = _hold_publication(cursor, as_of)
        found = _found(
            cursor,
            publication,
            OF_PERIOD,
            {"kind": period.kind_code, "first_day": period.first_day, "supplier": supplier_id},
        )
        whose = f"scorecards of {period}" + (f" of {supplier_id}" if supplier_id else "")
        if not found:
            raise _not_publishable(
                whose, "at least one in the published night", "none", "look at the period in marts." + CARDS
            )
        if not all(card.is_period_complete for card in found):
            raise _not_publishable(
                whose,
                "a period that had ended by the published night",
                f"one that runs as of {publication.as_of.isoformat()}",
                "run scripts/nightly after its end",
            )
        return _freeze(cursor, found, publication, as_of or publication.as_of, reason=reason)


def _hold_publication(cursor: Cursor, as_of: datetime | None) -> Publication:
    act_as(cursor, "transformer")
    # No night is published, and no other call numbers cards, before this transaction has ended.
    cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
    publication = last_publication(cursor)
    if publication is None:
        raise _not_publishable("scorecards", "a published night", "none", "run scripts/nightly first")
    if as_of is not None and as_of < publication.as_of:
        raise _not_publishable(
            "scorecards",
            f"an instant at or after the last published night, {publication.as_of.isoformat()}",
            as_of.isoformat(),
            "leave the instant out: the cards say what that night knew",
        )
    cursor.execute("select to_regclass(%s) is not null", (f"{publication.slot}.{CARDS}",))
    if cursor.fetchone() != (True,):
        raise _not_publishable(
            "scorecards", "a night published by this version of the product", f"one without {CARDS}",
            "run scripts/nightly first",
        )  # fmt: skip
    return publication


def _found(
    cursor: Cursor, publication: Publication, condition: sql.Composable, values: dict[str, Any]
) -> list[FoundCard]:
    statement = sql.SQL(FOUND_CARDS).format(slot=sql.Identifier(publication.slot), condition=condition)
    cursor.execute(statement, {**values, "not_frozen": list(NOT_FROZEN)})
    return [FoundCard(*row) for row in cursor.fetchall()]


def _freeze(
    cursor: Cursor, found: Sequence[FoundCard], publication: Publication, as_of: datetime, *, reason: str | None
) -> Frozen:
    chain = check_chain(cursor)
    if chain.problems:
        raise ScorecardsBroken(
            "published scorecards",
            expected="what was frozen",
            found="; ".join(chain.problems[:3]),
            next_step="run scripts/publish_scorecards --check, compare with a backup, look for who can change them",
        )
    cards = []
    number, last_hash = chain.card_count, chain.last_hash
    for one in found:
        is_revision = one.frozen_version > 0
        if is_revision and (reason is None or not one.is_changed):
            continue
        number += 1
        card = FrozenCard(
            number,
            one.supplier_id,
            one.period_kind_code,
            one.period_from,
            one.frozen_version + 1,
            one.score,
            one.status_code,
            one.band_code,
            one.figures_hash,
            one.content,
            publication.number,
            as_of,
            reason if is_revision else None,
        )
        last_hash = append_card(cursor, card, last_hash)
        cards.append(card)
    kept = [one for one in found if one.frozen_version > 0]
    changed = () if reason else tuple(one.supplier_id for one in kept if one.is_changed)
    return Frozen(tuple(cards), sum(not one.is_changed for one in kept), changed, last_hash)


def _not_publishable(what: str, expected: str, found: str, next_step: str) -> ScorecardNotPublishable:
    return ScorecardNotPublishable(what, expected=expected, found=found, next_step=next_step)
