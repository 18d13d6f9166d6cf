"""Roles and state tables of a warehouse, from an administrator's address. Safe to run before every night."""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password

from supplier_sla.database import address_parameters, connect, session, sqlalchemy_url, with_login
from supplier_sla.errors import SupplierSlaError
from supplier_sla.quarantine.views import refresh_quarantine_views

ROLES = ("loader", "transformer", "bi_reader")
# Nobody logs in as this one: an administrator takes it on to empty personal columns, and can do nothing else then.
RETENTION_ROLE = "retention"
# The mark by which set-up knows its own roles: it never changes the password of somebody else's `loader`.
ROLE_COMMENT = "supplier_sla: made by its set-up"
MINIMUM_SERVER_VERSION = 160_000
# Held while roles of this database get their rights.
GRANT_LOCK = 4_152_312
ROLE_ATTEMPTS = 10
ROLE_PAUSE_SECONDS = 0.1

# How readers' sessions begin; an administrator's own value stays. Nobody may hold on to a view for longer than a
# publication is ready to wait for it (publish.LOCK_ATTEMPTS).
READER_DEFAULTS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "1min",
    "TimeZone": "UTC",
    "search_path": "marts",
}


class WarehouseUnfit(SupplierSlaError):
    """The server or database cannot hold the warehouse, or the administrator may not do what set-up needs."""


@dataclass(frozen=True)
class RoleUrls:
    """Addresses of the three roles; they hold passwords, which `repr` leaves out."""

    loader: str = field(repr=False)
    transformer: str = field(repr=False)
    bi_reader: str = field(repr=False)


def prepare_warehouse(
    admin_url: str,
    *,
    environment: Mapping[str, str] | None = None,
    own_secret: Callable[[], str] | None = None,
) -> RoleUrls:
    """Create or repair the roles, migrate the state tables, renew the views on them, and return the roles' addresses.

    Passwords come from `SUPPLIER_SLA_<ROLE>_PASSWORD`; without these they are derived from the administrator's, so that
    several state folders on one server agree and nothing secret needs storing. Where the administrator logs in without
    a password (trust, peer, certificate) they are derived from `own_secret()`, which the caller keeps.

    Raises:
        WarehouseUnfit: PostgreSQL older than 16, not UTF-8, rights or a password missing, or names taken by others.
        AddressInvalid, DatabaseUnreachable: see `connect`.
    """
    values = os.environ if environment is None else environment
    with session(admin_url, application_name="supplier_sla_bootstrap") as connection:
        _require_fit_server(connection)
        passwords = _passwords(values, connection.info.password or (own_secret() if own_secret else None))
        urls = {role: with_login(admin_url, role, passwords[role], database=connection.info.dbname) for role in ROLES}
        try:
            for role in ROLES:
                _retried(connection, functools.partial(_ensure_role, role=role, url=urls[role]))
            _retried(connection, _ensure_retention_role)
            _retried(connection, _grant_roles)
            _retried(connection, _set_reader_defaults)
        except errors.InsufficientPrivilege as error:
            raise WarehouseUnfit(
                "set-up of roles",
                expected="an administrator with CREATEROLE who may also grant and set up the roles that exist already",
                found=str(error).splitlines()[0],
                next_step="give such a user in --database-url, or let one prepare this database once with"
                " `python -m supplier_sla.bootstrap`",
            ) from error
    migrate(admin_url)
    with session(admin_url, application_name="supplier_sla_bootstrap") as connection:
        refresh_quarantine_views(connection)
    return RoleUrls(**urls)


def migrate(admin_url: str) -> None:
    """Bring raw, ops and finance to the newest revision; nothing happens when they are.

    Raises:
        WarehouseUnfit: the administrator may not create schemas, or the schemas are there and not ours.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import ProgrammingError

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    configuration.attributes["url"] = sqlalchemy_url(admin_url)
    try:
        command.upgrade(configuration, "head")
    except ProgrammingError as error:
        if not isinstance(error.orig, (errors.InsufficientPrivilege, errors.DuplicateSchema)):
            raise
        raise WarehouseUnfit(
            "set-up of the state tables",
            expected="CREATE on the database, and no schemas of other owners called raw, finance or marts",
            found=str(error.orig).splitlines()[0],
            next_step="grant create on the database to the user in --database-url, or give a database of its own",
        ) from error


def _passwords(values: Mapping[str, str], secret: str | None) -> dict[str, str]:
    given = {role: values.get(f"SUPPLIER_SLA_{role.upper()}_PASSWORD", "") for role in ROLES}
    missing = [role for role in ROLES if not given[role]]
    if missing and not secret:
        # A key that anybody can read in the source would open the warehouse to everybody who reaches the server.
        raise WarehouseUnfit(
            f"passwords of {', '.join(missing)}",
            expected="an administrator who logs in with a password, from which they are derived",
            found="a login without one",
            next_step=f"set {', '.join(f'SUPPLIER_SLA_{role.upper()}_PASSWORD' for role in missing)}",
        )
    return {role: given[role] or _derived(secret or "", role) for role in ROLES}


def _derived(admin_password: str, role: str) -> str:
    return hmac.new(_stretched(admin_password), f"role {role}".encode(), hashlib.sha256).hexdigest()


@functools.cache
def _stretched(admin_password: str) -> bytes:
    # Readers hold a password made from the administrator's: guessing back from it must be slow.
    return hashlib.scrypt(admin_password.encode(), salt=b"supplier_sla roles", n=2**14, r=8, p=1)


def _require_fit_server(connection: Connection) -> None:
    if connection.server_version < MINIMUM_SERVER_VERSION:
        raise WarehouseUnfit(
            "PostgreSQL server",
            expected="version 16 or newer",
            found=str(connection.server_version // 10_000),
            next_step="give the address of a newer server, or leave --database-url out",
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise WarehouseUnfit(
            f"database {connection.info.dbname}",
            expected="encoding UTF8",
            found=str(encoding),
            next_step="create another: create database warehouse encoding 'UTF8' template template0",
        )


def _retried(connection: Connection, change: Callable[[Cursor], None]) -> None:
    """Roles belong to the whole server: another state folder may be doing the same at this moment."""
    for attempt in range(1, ROLE_ATTEMPTS + 1):
        try:
            with connection, connection.cursor() as cursor:
                change(cursor)
            return
        except (errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_):  # "tuple concurrently updated"
            if attempt == ROLE_ATTEMPTS:
                raise
            time.sleep(ROLE_PAUSE_SECONDS * attempt)


def _ensure_role(cursor: Cursor, *, role: str, url: str) -> None:
    cursor.execute(
        "select rolsuper or rolcreaterole or rolbypassrls, shobj_description(oid, 'pg_authid') = %s"
        " from pg_roles where rolname = %s",
        (ROLE_COMMENT, role),
    )
    found = cursor.fetchone()
    if found is None:
        _create_role(cursor, role)
    else:
        is_powerful, is_ours = found
        if is_powerful:
            raise _role_unfit(role, "one that may do little", "a superuser, CREATEROLE or BYPASSRLS")
        if _can_log_in(url):
            return
        if not is_ours:
            raise _role_unfit(role, "none yet, or one with the password we were given", "somebody else's")
    # The server gets the SCRAM verifier: a password in a statement would end up in its log.
    password = address_parameters(url)["password"]
    verifier = encrypt_password(password, role, cursor.connection, "scram-sha-256")
    cursor.execute(sql.SQL("alter role {} login password %s").format(sql.Identifier(role)), (verifier,))


def _ensure_retention_role(cursor: Cursor) -> None:
    cursor.execute(
        "select rolcanlogin or rolsuper or rolcreaterole or rolbypassrls from pg_roles where rolname = %s",
        (RETENTION_ROLE,),
    )
    found = cursor.fetchone()
    if found is None:
        _create_role(cursor, RETENTION_ROLE, login=False)
    elif found[0]:
        raise WarehouseUnfit(
            f"role {RETENTION_ROLE} of the server",
            expected="none yet, or one that nobody logs in as and that may do little",
            found="one that logs in, or may do much",
            next_step="rename that role, or use another server",
        )


def _create_role(cursor: Cursor, role: str, *, login: bool = True) -> None:
    kind = sql.SQL("login" if login else "nologin")
    cursor.execute(sql.SQL("create role {} {}").format(sql.Identifier(role), kind))
    cursor.execute(sql.SQL("comment on role {} is %s").format(sql.Identifier(role)), (ROLE_COMMENT,))


def _role_unfit(role: str, expected: str, found: str) -> WarehouseUnfit:
    return WarehouseUnfit(
        f"role {role} of the server",
        expected=expected,
        found=found,
        next_step=f"set SUPPLIER_SLA_{role.upper()}_PASSWORD to its password, or use a server without such a role",
    )


def _can_log_in(url: str) -> bool:
    try:
        connect(url).close()
    except SupplierSlaError:
        return False
    return True


def _grant_roles(cursor: Cursor) -> None:
    cursor.execute("select pg_advisory_xact_lock(%s)", (GRANT_LOCK,))
    cursor.execute("select current_database(), current_user")
    database, user = cursor.fetchone() or ("", "")
    names = {"database": sql.Identifier(database), "user": sql.Identifier(user)}
    # The derived schemas are made for the transformer; scripts/quarantine reads files again as the loader.
    for role in ("transformer", "loader"):
        cursor.execute(
            "select pg_has_role(current_user, %(role)s, 'set') and pg_has_role(current_user, %(role)s, 'usage')",
            {"role": role},
        )
        if not (cursor.fetchone() or (False,))[0]:
            cursor.execute(sql.SQL("grant {role} to {user}").format(role=sql.Identifier(role), **names))
    cursor.execute("select pg_has_role(current_user, %s, 'set')", (RETENTION_ROLE,))
    if not (cursor.fetchone() or (False,))[0]:
        cursor.execute(sql.SQL("grant {} to {}").format(sql.Identifier(RETENTION_ROLE), names["user"]))
    for privilege, roles in {"connect": ROLES, "temporary": ("loader", "transformer", RETENTION_ROLE)}.items():
        for role in roles:
            cursor.execute("select has_database_privilege(%s, current_database(), %s)", (role, privilege))
            if (cursor.fetchone() or (False,))[0]:
                continue
            cursor.execute(
                sql.SQL("grant {privilege} on database {database} to {role}").format(
                    privilege=sql.SQL(privilege), role=sql.Identifier(role), **names
                )
            )
            cursor.execute("select has_database_privilege(%s, current_database(), %s)", (role, privilege))
            if not (cursor.fetchone() or (False,))[0]:  # PostgreSQL only warns
                raise WarehouseUnfit(
                    f"database {database}",
                    expected=f"{privilege} for role {role}",
                    found="none, and the administrator may not grant it",
                    next_step=f"let the owner of the database grant {privilege} on database {database} to {role}",
                )


def _set_reader_defaults(cursor: Cursor) -> None:
    cursor.execute(
        "select current_database(), coalesce(array(select split_part(entry, '=', 1) from pg_db_role_setting as setting"
        " cross join unnest(setting.setconfig) as entry"
        " where setting.setdatabase = (select oid from pg_database where datname = current_database())"
        " and setting.setrole = 'bi_reader'::regrole), '{}')"
    )
    database, present = cursor.fetchone() or ("", [])
    for setting in READER_DEFAULTS.keys() - set(present):
        cursor.execute(
            sql.SQL("alter role bi_reader in database {} set {} = {}").format(
                sql.Identifier(database), sql.Identifier(setting), sql.Literal(READER_DEFAULTS[setting])
            )
        )


def pgpass_line(url: str) -> str:
    """One line of a libpq password file for the address, any database of that server."""
    parameters = address_parameters(url)
    host = parameters.get("host", "localhost")
    fields = (host, parameters.get("port", "5432"), "*", parameters.get("user", "*"), parameters.get("password", ""))
    return ":".join(value.replace("\\", "\\\\").replace(":", "\\:") for value in fields) + "\n"


if __name__ == "__main__":
    prepare_warehouse(os.environ["SUPPLIER_SLA_ADMIN_URL"])
    print("roles and state tables are ready")
