"""Empties the personal columns of rows at rest for longer than the policy allows, and writes down that it did.

Rows stay, and with them the hash of what they said: a full dump that brings the row again next night is an exact repeat
and does not bring the values back. Nothing that a model counts, compares or names a row by is among what is emptied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.bootstrap import RETENTION_ROLE
from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import FileContract, load_contracts
from supplier_sla.landing.folder import LANDING_LOCK_KEY
from supplier_sla.published import act_as, hold_publication
from supplier_sla.retention.holds import find_holds
from supplier_sla.retention.policy import QUARANTINED_ROWS, RetentionPolicy

HOLD_REASONS = ("open", "ledger", "dispute")
QUARANTINE_COLUMNS: tuple[str, ...] = ("value_found", "record")


class RetentionBusy(SupplierSlaError):
    """A night is going on, or one was broken off: what it builds would keep what is emptied now."""


class RetentionInstantInvalid(SupplierSlaError):
    """The instant lies after all that is known, or none is given and no night was published."""


@dataclass(frozen=True)
class Emptied:
    """What is (or would be) emptied of one entity: rows at rest since before `limit_at`, by what becomes of them."""

    entity: str
    months: int
    limit_at: datetime
    columns: tuple[str, ...]
    rows: int
    held: Mapping[str, int]


@dataclass(frozen=True)
class RetentionResult:
    """One run as of an instant."""

    as_of: datetime
    emptied: tuple[Emptied, ...]

    @property
    def rows(self) -> int:
        """Rows in all that lose their personal values."""
        return sum(one.rows for one in self.emptied)


def retain(
    admin_url: str, policy: RetentionPolicy, *, as_of: datetime | None, done_by: str, is_applied: bool
) -> RetentionResult:
    """Find what is older than the policy allows as of `as_of`; with `is_applied` empty it and write it into the log.

    Args:
        admin_url: of a login that may act as the role retention.
        as_of: with a zone; None: that of the last publication.
        done_by: the person, for the log.

    Raises:
        RetentionInstantInvalid, RetentionBusy, WarehouseMissing, WarehouseClosed: see there.
    """
    with session(admin_url, application_name="supplier_sla_retention") as connection, connection.cursor() as cursor:
        act_as(cursor, RETENTION_ROLE)
        hold_publication(cursor)
        _require_rest(cursor)
        as_of = _instant(cursor, as_of)
        find_holds(cursor, as_of=as_of, ledger_holds_months=policy.ledger_holds_months)
        emptied = tuple(
            _emptied(cursor, name, months, as_of, is_applied=is_applied)
            for name, months in sorted(policy.months.items())
        )
        result = RetentionResult(as_of, emptied)
        if is_applied:
            _write_down(cursor, result, policy, done_by)
            if result.rows:
                # Slots hold copies. Without this mark their next build changes only what was delivered since.
                cursor.execute("update ops.slot set built_as_of = null")
            connection.commit()
    return result


def _require_rest(cursor: Cursor) -> None:
    cursor.execute("select pg_try_advisory_xact_lock(%s)", (LANDING_LOCK_KEY,))
    is_landing = not (cursor.fetchone() or (False,))[0]
    cursor.execute("select exists (select from ops.slot where state = 'building')")
    is_building = (cursor.fetchone() or (True,))[0]
    if is_landing or is_building:
        raise RetentionBusy(
            "warehouse",
            expected="no night going on",
            found="one that is landing files" if is_landing else "one that builds, or was broken off while building",
            next_step="let it finish, or run a night to its end, then run again",
        )


def _instant(cursor: Cursor, as_of: datetime | None) -> datetime:
    cursor.execute("select as_of from ops.publication order by publication_id desc limit 1")
    published = (cursor.fetchone() or (None,))[0]
    if published is None or (as_of is not None and as_of > published):
        raise RetentionInstantInvalid(
            "as_of of retention",
            expected="an instant up to that of the last published night",
            found=as_of.isoformat() if as_of else "none",
            next_step="run scripts/nightly first"
            if published is None
            else f"give --as-of {published.isoformat()} or earlier",
        )
    return as_of or published


def _emptied(cursor: Cursor, name: str, months: int, as_of: datetime, *, is_applied: bool) -> Emptied:
    cursor.execute("select %s::timestamptz - make_interval(months => %s)", (as_of, months))
    (limit_at,) = cursor.fetchone() or (as_of,)
    if name == QUARANTINED_ROWS:
        table, columns = sql.Identifier("ops", "quarantined_row"), QUARANTINE_COLUMNS
        _find_quarantined(cursor, limit_at)
    else:
        contract = load_contracts()[name]
        table, columns = sql.Identifier("raw", name), (*contract.emptied_columns, "_extra")
        _find_resting(cursor, contract, limit_at)
    cursor.execute("select held_by, count(*) from resting group by held_by")
    found = Counter(dict(cursor.fetchall()))
    if is_applied and found[None]:
        cursor.execute(
            sql.SQL(
                "update {table} as emptied set {assignments} from resting"
                " where emptied.ctid = resting.row_id and resting.held_by is null"
            ).format(
                table=table,
                assignments=sql.SQL(", ").join(sql.SQL("{} = null").format(sql.Identifier(one)) for one in columns),
            )
        )
    cursor.execute("drop table resting")
    return Emptied(name, months, limit_at, columns, found[None], {reason: found[reason] for reason in HOLD_REASONS})


def _find_resting(cursor: Cursor, contract: FileContract, limit_at: datetime) -> None:
    """Rows with something to empty whose thing, in all its versions, and whose ticket have rested since the limit."""
    names = contract.column_by_name
    cursor.execute(
        sql.SQL(
            """
            create temporary table resting on commit drop as
            with versions as (
                select
                    ctid as row_id,
                    {ticket_id} as ticket_id,
                    max(greatest({times})) over (partition by {key}) as last_at,
                    num_nonnulls({emptied}, _extra) > 0 as has_values
                from {table}
            )

            select
                versions.row_id,
                (
                    select held_ticket.reason
                    from held_ticket
                    where held_ticket.ticket_id = versions.ticket_id
                    order by array_position(%(reasons)s, held_ticket.reason)
                    limit 1
                ) as held_by
            from versions
            left join ticket_state on ticket_state.ticket_id = versions.ticket_id
            where versions.has_values and greatest(versions.last_at, ticket_state.last_at) < %(limit_at)s
            """
        ).format(
            ticket_id=sql.Identifier("ticket_id") if "ticket_id" in names else sql.SQL("null::text"),
            times=sql.SQL(", ").join(sql.SQL("{}::timestamptz").format(sql.Identifier(x)) for x in contract.rests_from),
            key=sql.SQL(", ").join(map(sql.Identifier, contract.key)),
            emptied=sql.SQL(", ").join(map(sql.Identifier, contract.emptied_columns)),
            table=sql.Identifier("raw", contract.entity),
        ),
        {"reasons": list(HOLD_REASONS), "limit_at": limit_at},
    )


def _find_quarantined(cursor: Cursor, limit_at: datetime) -> None:
    cursor.execute(
        "create temporary table resting on commit drop as select ctid as row_id, null::text as held_by"
        " from ops.quarantined_row where as_of < %s and num_nonnulls(value_found, record) > 0",
        (limit_at,),
    )


def _write_down(cursor: Cursor, result: RetentionResult, policy: RetentionPolicy, done_by: str) -> None:
    for one in result.emptied:
        cursor.execute(
            "insert into ops.retention (entity, months, limit_at, as_of, emptied_columns, rows_emptied, rows_held_open,"
            " rows_held_ledger, rows_held_dispute, ledger_holds_months, done_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                one.entity, one.months, one.limit_at, result.as_of, list(one.columns), one.rows,
                *(one.held[reason] for reason in HOLD_REASONS), policy.ledger_holds_months, done_by,
            ),
        )  # fmt: skip
