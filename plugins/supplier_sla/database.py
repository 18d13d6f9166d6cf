"""Connections. Every session speaks UTC and says who it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import connection as Connection

from supplier_sla.errors import SupplierSlaError

CONNECT_TIMEOUT_SECONDS = 15


class DatabaseUnreachable(SupplierSlaError):
    """The server does not answer or refuses the login."""


def connect(url: str, *, application_name: str = "supplier_sla") -> Connection:
    """Open a connection with `timezone = UTC`.

    Raises:
        DatabaseUnreachable: no connection; the message names host and user, never the password.
    """
    try:
        return psycopg2.connect(
            url,
            application_name=application_name,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options="-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres",
        )
    except psycopg2.OperationalError as error:
        raise DatabaseUnreachable(
            f"PostgreSQL at {without_password(url)}",
            expected="a connection",
            found=str(error).strip().splitlines()[-1] if str(error).strip() else "no answer",
            next_step="check that the server runs and that user and password are right",
        ) from error


@contextmanager
def session(url: str, *, application_name: str = "supplier_sla") -> Iterator[Connection]:
    """One connection, closed at the end; a transaction still open is rolled back."""
    connection = connect(url, application_name=application_name)
    try:
        yield connection
    finally:
        connection.close()


def without_password(url: str) -> str:
    """The address as it may be shown to people."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, f"{user}{parts.hostname or ''}{port}", parts.path, "", ""))


def with_login(url: str, user: str, password: str, *, database: str | None = None) -> str:
    """The same server under another login (and database); query options such as sslmode are kept."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port else ""
    path = parts.path if database is None else f"/{quote(database, safe='')}"
    return urlunsplit(
        ("postgresql", f"{quote(user, safe='')}:{quote(password, safe='')}@{host}{port}", path, parts.query, "")
    )


def password_of(url: str) -> str:
    """The password inside an address, decoded; empty when it has none."""
    return unquote(urlsplit(url).password or "")


def sqlalchemy_url(url: str) -> str:
    """The same address as SQLAlchemy wants it, naming the driver."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2"))
