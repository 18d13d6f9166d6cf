"""Roles and state tables of a warehouse, from an administrator's address. Safe to run before every night."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection

from supplier_sla.database import connect, password_of, session, sqlalchemy_url, with_login
from supplier_sla.errors import SupplierSlaError

ROLES = ("loader", "transformer", "bi_reader")
MINIMUM_SERVER_VERSION = 160_000
READER_STATEMENT_TIMEOUT = "5min"
ROLE_ATTEMPTS = 5


class WarehouseUnfit(SupplierSlaError):
    """The server is too old, or the administrator may not do what set-up needs."""


@dataclass(frozen=True)
class RoleUrls:
    """Addresses of the three roles; they hold passwords."""

    loader: str
    transformer: str
    bi_reader: str


def prepare_warehouse(admin_url: str, *, environment: Mapping[str, str] | None = None) -> RoleUrls:
    """Create or repair the roles, migrate the state tables, and return the roles' addresses.

    Passwords come from `SUPPLIER_SLA_<ROLE>_PASSWORD`; without these they are derived from the administrator's password,
    so that several state folders on one server agree and nothing secret needs storing.

    Raises:
        WarehouseUnfit: PostgreSQL older than 16, or rights missing.
    """
    values = os.environ if environment is None else environment
    passwords = {role: values.get(f"SUPPLIER_SLA_{role.upper()}_PASSWORD") or _derived(admin_url, role) for role in ROLES}
    urls = RoleUrls(*(with_login(admin_url, role, passwords[role]) for role in ROLES))
    with session(admin_url, application_name="supplier_sla_bootstrap") as connection:
        _require_version(connection)
        try:
            for role in ROLES:
                _ensure_role(connection, role, passwords[role], getattr(urls, role))
            _grant_roles(connection)
        except errors.InsufficientPrivilege as error:
            raise WarehouseUnfit(
                "set-up of roles",
                expected="an administrator who may create roles and schemas (CREATEROLE, CREATE on the database)",
                found=str(error).strip().splitlines()[0],
                next_step="give such a user in --database-url, or create loader, transformer and bi_reader first",
            ) from error
    migrate(admin_url)
    return urls


def migrate(admin_url: str) -> None:
    """Bring raw, ops and finance to the newest revision; nothing happens when they are."""
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    configuration.attributes["url"] = sqlalchemy_url(admin_url)
    command.upgrade(configuration, "head")


def _derived(admin_url: str, role: str) -> str:
    key = password_of(admin_url).encode() or b"server without passwords"
    return hmac.new(key, f"supplier_sla role {role}".encode(), hashlib.sha256).hexdigest()


def _require_version(connection: Connection) -> None:
    if connection.server_version < MINIMUM_SERVER_VERSION:
        raise WarehouseUnfit(
            "PostgreSQL server",
            expected="version 16 or newer",
            found=str(connection.server_version // 10_000),
            next_step="give the address of a newer server, or leave --database-url out",
        )


def _ensure_role(connection: Connection, role: str, password: str, url: str) -> None:
    # Roles belong to the whole server: another state folder may be doing the same at this moment.
    for attempt in range(1, ROLE_ATTEMPTS + 1):
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
                exists = cursor.fetchone() is not None
                if exists and _can_log_in(url):
                    return
                statement = "alter role {} login password %s" if exists else "create role {} login password %s"
                cursor.execute(sql.SQL(statement).format(sql.Identifier(role)), (password,))
            return
        except (errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_):
            if attempt == ROLE_ATTEMPTS:
                raise


def _can_log_in(url: str) -> bool:
    try:
        connect(url).close()
    except SupplierSlaError:
        return False
    return True


def _grant_roles(connection: Connection) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("select current_database(), current_user, rolsuper from pg_roles where rolname = current_user")
        database, user, is_superuser = cursor.fetchone() or ("", "", False)
        names = {"database": sql.Identifier(database), "user": sql.Identifier(user)}
        roles = sql.SQL(", ").join(map(sql.Identifier, ROLES))
        cursor.execute(sql.SQL("select pg_advisory_xact_lock(%s)"), (4_152_312,))
        cursor.execute(sql.SQL("grant connect on database {database} to {roles}").format(roles=roles, **names))
        cursor.execute(sql.SQL("grant temporary on database {database} to loader, transformer").format(**names))
        if not is_superuser:  # schemas are created for the transformer, which needs the right to act as it
            cursor.execute(sql.SQL("grant transformer to {user}").format(**names))
        for setting, value in {
            "default_transaction_read_only": "on",
            "statement_timeout": READER_STATEMENT_TIMEOUT,
            "timezone": "UTC",
            "search_path": "marts",
        }.items():
            _set_reader_default(cursor, names, setting, value)


def _set_reader_default(cursor: psycopg2.extensions.cursor, names: dict, setting: str, value: str) -> None:
    cursor.execute(
        "select exists (select 1 from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
        " join pg_roles r on r.oid = s.setrole where d.datname = current_database() and r.rolname = 'bi_reader'"
        " and %s = any(s.setconfig))",
        (f"{setting}={value}",),
    )
    if not (cursor.fetchone() or (False,))[0]:
        statement = "alter role bi_reader in database {database} set {setting} = {value}"
        cursor.execute(
            sql.SQL(statement).format(setting=sql.Identifier(setting), value=sql.Literal(value), **names)
        )


def pgpass_line(url: str) -> str:
    """One line of a libpq password file for the address, any database of that server."""
    found = re.fullmatch(r"postgresql://(?P<user>[^:]+):(?P<password>[^@]*)@(?P<host>[^:/]+|\[[^\]]+\])(:(?P<port>\d+))?/.*", url)
    if found is None:
        return ""
    return f"{found['host']}:{found['port'] or 5432}:*:{found['user']}:{found['password']}\n"


if __name__ == "__main__":
    prepare_warehouse(os.environ["SUPPLIER_SLA_ADMIN_URL"])
    print("roles and state tables are ready")
