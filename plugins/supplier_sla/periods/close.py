"""Closes a month: accrual, counts, sums and hash are stored in one transaction, or nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.ledger.chain import walk_chain
from supplier_sla.ledger.invariants import lines_that_do_not_follow, sums_that_differ
from supplier_sla.periods.accrual import store_accruals
from supplier_sla.periods.finance_zone import end_of
from supplier_sla.periods.open_period import last_closed_period
from supplier_sla.periods.seal import MOVEMENT_COLUMNS, Booked, Seal, booked, content_sha256, disagreements, stored_seal
from supplier_sla.published import act_as
from supplier_sla.warehouse.slots import PUBLICATION_LOCK, Publication, last_publication

REPORTS_READ = ("fct_penalty_estimate", "rpt_ledger_roll_forward")


class PeriodNotClosable(SupplierSlaError):
    """Something must come first, or the month is not over."""


class SealBroken(SupplierSlaError):
    """A closed month is no longer what was sealed."""


@dataclass(frozen=True)
class ClosedPeriod:
    """A closed month. `is_new` is False when it had been closed before."""

    seal: Seal
    content_sha256: str
    booked: Booked
    is_new: bool


def close_period(connection: Connection, month: date, *, as_of: datetime | None = None) -> ClosedPeriod:
    """Close a month, and with it everything before: no line is booked in it any more.

    Args:
        connection: outside a transaction, of a login that may act as the transformer.
        month: first day.
        as_of: instant for which it is closed; None: that of the last publication.

    Raises:
        PeriodNotClosable: the month is not over, not all of it is published, an earlier month with movements is open,
            or the ledger is broken.
        SealBroken: it was closed before, and ledger or seal were changed since.
    """
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        # No night posts, and no other call closes, before this transaction has ended.
        cursor.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        sealed = stored_seal(cursor, month)
        if sealed is not None:
            return _closed_before(cursor, *sealed)
        publication = last_publication(cursor)
        if publication is None:
            raise _not_closable(month, "a published night", "none", "run scripts/nightly first")
        as_of = as_of or publication.as_of
        _require_over(month, publication, as_of)
        _require_tables(cursor, month, publication.slot)
        _require_earlier_months_closed(cursor, month, publication.slot)
        _require_sound_ledger(cursor, month, publication)
        return _seal(cursor, month, publication, as_of)


def _closed_before(cursor: Cursor, seal: Seal, sha256: str) -> ClosedPeriod:
    problems = disagreements(cursor, seal, sha256)
    if problems:
        raise SealBroken(
            f"accounting period {seal.accounting_period:%Y-%m}",
            expected=f"what was sealed as of {seal.as_of.isoformat()}",
            found="; ".join(problems),
            next_step="somebody has changed a table that refuses changes: compare with a backup, look for who can",
        )
    return ClosedPeriod(seal, sha256, booked(cursor, seal.accounting_period), is_new=False)


def _require_over(month: date, publication: Publication, as_of: datetime) -> None:
    end = end_of(month)
    if as_of < end:
        raise _not_closable(
            month, f"an instant at or after its end, {end.isoformat()}", as_of.isoformat(), "close it later"
        )
    if publication.as_of < end:
        raise _not_closable(
            month,
            f"a published night as of its end, {end.isoformat()}, or later",
            f"the last one as of {publication.as_of.isoformat()}",
            "run scripts/nightly, then close",
        )
    if as_of < publication.as_of:
        raise _not_closable(
            month,
            f"an instant at or after the last published night, {publication.as_of.isoformat()}",
            as_of.isoformat(),
            "leave --as-of out: the accrual says what that night knew",
        )


def _require_tables(cursor: Cursor, month: date, slot: str) -> None:
    cursor.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relname = any(%s)",
        (slot, list(REPORTS_READ)),
    )
    missing = set(REPORTS_READ) - {name for (name,) in cursor.fetchall()}
    if missing:
        raise _not_closable(
            month,
            "a night published by this version of the product",
            f"one without {', '.join(sorted(missing))}",
            "run scripts/nightly, then close",
        )


def _require_earlier_months_closed(cursor: Cursor, month: date, slot: str) -> None:
    closed = last_closed_period(cursor)
    if closed is not None and month < closed:
        raise _not_closable(
            month, "an open month", f"one closed together with {closed:%Y-%m}", "nothing is booked in it any more"
        )
    cursor.execute(
        sql.SQL(
            "select min(accounting_period) from ("
            " select accounting_period from finance.ledger_line"
            " union all"
            " select accounting_period from {slot}.rpt_ledger_roll_forward"
            " where (paid_amount, extracted_amount, accepted_amount, rejected_amount) <> (0, 0, 0, 0)"
            ") as movements where accounting_period < %(month)s and accounting_period > %(closed)s"
        ).format(slot=sql.Identifier(slot)),
        {"month": month, "closed": closed or "-infinity"},
    )
    (earlier,) = cursor.fetchone() or (None,)
    if earlier is not None:
        raise _not_closable(
            month,
            "no open month with movements before it",
            f"{earlier:%Y-%m}",
            f"scripts/close_period {earlier:%Y-%m} first",
        )


def _require_sound_ledger(cursor: Cursor, month: date, publication: Publication) -> None:
    broken = [f"line {number} is missing or was changed" for number in walk_chain(cursor)[0]]
    problems = [*broken, *lines_that_do_not_follow(cursor), *sums_that_differ(cursor, publication.slot)]
    if problems:
        raise _not_closable(
            month,
            "an unbroken ledger that adds up to what the published night owes",
            f"{len(problems)} contradictions, the first: {problems[0]}",
            "run scripts/check_ledger; nothing is closed before it finds none",
        )


def _seal(cursor: Cursor, month: date, publication: Publication, as_of: datetime) -> ClosedPeriod:
    held = booked(cursor, month)
    for total in held.totals:
        cursor.execute(
            "insert into finance.accounting_period_total (accounting_period, currency_code, line_count, amount)"
            " values (%s, %s, %s, %s)",
            (month, total.currency_code, total.line_count, total.amount),
        )
    columns = sql.SQL(", ").join(map(sql.Identifier, MOVEMENT_COLUMNS))
    cursor.execute(
        sql.SQL(
            "insert into finance.accounting_period_movement (accounting_period, {columns})"
            " select accounting_period, {columns} from {slot}.rpt_ledger_roll_forward where accounting_period = %s"
        ).format(columns=columns, slot=sql.Identifier(publication.slot)),
        (month,),
    )
    store_accruals(cursor, publication.slot, month)
    seal = Seal(month, as_of, publication.number, held.line_count, held.last_line_number, held.last_line_hash)
    sha256 = content_sha256(cursor, seal)
    # Last: from this row on the month is closed, and nothing more goes into its tables.
    cursor.execute(
        "insert into finance.accounting_period (accounting_period, as_of, publication_id, line_count,"
        " last_line_number, last_line_hash, content_sha256) values (%s, %s, %s, %s, %s, %s, %s)",
        (
            month, as_of, seal.publication_id, seal.line_count, seal.last_line_number, seal.last_line_hash, sha256,
        ),
    )  # fmt: skip
    return ClosedPeriod(seal, sha256, held, is_new=True)


def _not_closable(month: date, expected: str, found: str, next_step: str) -> PeriodNotClosable:
    return PeriodNotClosable(f"accounting period {month:%Y-%m}", expected=expected, found=found, next_step=next_step)
