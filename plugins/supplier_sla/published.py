"""The warehouse of a home folder, for commands that find it as a night has left it: nothing is made or migrated."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

from supplier_sla.database import session
from supplier_sla.embedded_postgres import EmbeddedPostgres
from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import DATABASE_URL_VARIABLE
from supplier_sla.warehouse.slot_relations import layer_schemas
from supplier_sla.warehouse.slots import PUBLICATION_LOCK

LONGEST_WAIT_SECONDS = 120


class WarehouseMissing(SupplierSlaError):
    """There is no warehouse at this address, or no night has been published in it."""


class WarehouseClosed(SupplierSlaError):
    """This login may not read it, or a publication is going on and does not end."""


def warehouse_url(home: Path, database_url: str | None = None) -> str:
    """The address given, else that of the variable SUPPLIER_SLA_DATABASE_URL, else of the embedded server of `home`.

    Raises:
        WarehouseMissing: no address is given and no night has made a server below `home`.
    """
    given = database_url or os.environ.get(DATABASE_URL_VARIABLE)
    if given:
        return given
    server = EmbeddedPostgres(home / "postgres")
    if not (server.data / "PG_VERSION").exists():
        raise WarehouseMissing(
            f"warehouse in {home}",
            expected="what scripts/nightly leaves there",
            found="nothing",
            next_step="run scripts/nightly with this --home, or give --home or --database-url of another",
        )
    return server.start()


@contextmanager
def reading(url: str, *, application_name: str) -> Iterator[RealDictCursor]:
    """A cursor whose rows are dictionaries, in a read-only transaction with the rights of the transformer.

    No night switches or empties a slot meanwhile, so all that is read is of one night: the readers' views and, in
    schemas that readers do not see, what they were made from.

    Raises:
        WarehouseMissing, WarehouseClosed: see there.
    """
    with session(url, application_name=application_name) as connection, connection:
        connection.set_session(readonly=True)
        with connection.cursor(cursor_factory=RealDictCursor) as cursor:
            act_as(cursor, "transformer")
            hold_publication(cursor)
            yield cursor


def act_as(cursor: Cursor, role: str, *, for_session: bool = False) -> None:
    """Have the rights of one of the warehouse's roles, and no other, up to the end of the transaction or the session.

    Raises:
        WarehouseMissing: there is no such role. WarehouseClosed: the login may not act as it.
    """
    try:
        cursor.execute("select set_config('role', %s, %s)", (role, not for_session))
    except (errors.InvalidParameterValue, errors.UndefinedObject) as error:
        raise WarehouseMissing(
            "warehouse", expected=f"its role {role}", found="none", next_step="run scripts/nightly on this server first"
        ) from error
    except errors.InsufficientPrivilege as error:
        raise WarehouseClosed(
            "login",
            expected=f"one that may act as {role}",
            found=str(error).splitlines()[0],
            next_step=f"give the administrator's address, or grant {role} to this user",
        ) from error


def hold_publication(cursor: Cursor) -> None:
    """Up to the end of the transaction no night is published and no slot chosen; other readers are not kept waiting.

    Raises:
        WarehouseClosed: a publication did not end within two minutes.
    """
    cursor.execute("select set_config('lock_timeout', %s, true)", (f"{LONGEST_WAIT_SECONDS}s",))
    try:
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", (PUBLICATION_LOCK,))
    except errors.LockNotAvailable as error:
        raise WarehouseClosed(
            "publication",
            expected=f"none that takes longer than {LONGEST_WAIT_SECONDS} s",
            found="one that goes on",
            next_step="let the night finish, then run again",
        ) from error


def published_slot(cursor: Cursor) -> tuple[str, int]:
    """The slot that readers see, and the number of its publication.

    Raises:
        WarehouseMissing: nothing has been published yet.
    """
    try:
        cursor.execute("select slot, publication_id from ops.publication order by publication_id desc limit 1")
    except errors.UndefinedTable as error:
        raise _nothing_published() from error
    row = cursor.fetchone()
    if row is None:
        raise _nothing_published()
    slot, number = row.values() if isinstance(row, dict) else row
    return str(slot), int(number)


def in_slot(statement: str, slot: str) -> sql.Composed:
    """A statement in which {intermediate} and {staging} stand for the schemas of a slot."""
    return sql.SQL(statement).format(**{layer: sql.Identifier(name) for layer, name in layer_schemas(slot).items()})


def published_labels(cursor: RealDictCursor, language: str) -> dict[str, dict[str, str]]:
    """Labels of statuses, reasons for exclusions and kinds of events in the published night, in `en` or `zh`."""
    slot, _ = published_slot(cursor)
    questions = {
        "status": "select status_code as code, status_name as en, status_name_zh as zh"
        " from marts.dim_measurement_status",
        "exclusion_reason": "select code, label as en, label_zh as zh from {intermediate}.exclusion_reason",
        "event_type": "select code, label as en, label_zh as zh from {intermediate}.ticket_event_type",
    }
    labels = {}
    for vocabulary, question in questions.items():
        cursor.execute(in_slot(question, slot))
        labels[vocabulary] = {row["code"]: row[language] for row in cursor.fetchall()}
    return labels


def _nothing_published() -> WarehouseMissing:
    return WarehouseMissing(
        "warehouse", expected="a published night", found="none", next_step="run scripts/nightly on it first"
    )
