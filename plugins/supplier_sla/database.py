"""Connections and addresses. Every session speaks UTC and says who it is; no message shows a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import parse_dsn

from supplier_sla.errors import SupplierSlaError

CONNECT_TIMEOUT_SECONDS = 15
SESSION_OPTIONS = "-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres"


class DatabaseUnreachable(SupplierSlaError):
    """The server does not answer or refuses the login."""


class AddressInvalid(SupplierSlaError):
    """Not an address of PostgreSQL."""


def connect(url: str, *, application_name: str = "supplier_sla") -> Connection:
    """Open a connection with `timezone = UTC`.

    Raises:
        AddressInvalid: see `address_parameters`.
        DatabaseUnreachable: no connection; the message names host and user, never the password.
    """
    options = address_parameters(url).get("options", "")
    try:
        return psycopg2.connect(
            url,
            application_name=application_name,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options=f"{options} {SESSION_OPTIONS}".strip(),
        )
    except psycopg2.OperationalError as error:
        raise DatabaseUnreachable(
            f"PostgreSQL at {without_password(url)}",
            expected="a connection",
            found=str(error).strip() or "no answer",
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


def address_parameters(url: str) -> dict[str, str]:
    """The address as libpq reads it, decoded: user, password, host, port, dbname, sslmode and so on, where given.

    Raises:
        AddressInvalid: libpq cannot read it, or a character of the password is taken for a separator.
    """
    try:
        parameters = parse_dsn(url)
    except psycopg2.ProgrammingError:
        # libpq's own message repeats the address, password included.
        raise _invalid() from None
    ports = parameters.get("port", "").split(",")
    is_ambiguous = url.startswith(("postgresql://", "postgres://")) and url.partition("?")[0].count("@") > 1
    if is_ambiguous or not all(port.isdecimal() or not port for port in ports):
        raise _invalid()
    return {str(name): str(value) for name, value in parameters.items()}


def _invalid() -> AddressInvalid:
    return AddressInvalid(
        "address of PostgreSQL",
        expected="postgresql://user:password@host:port/database, special characters of the password as %XX",
        found="something else (not shown, it may hold a password)",
        next_step="write @ as %40, : as %3A, / as %2F and % as %25 in user and password",
    )


def without_password(url: str) -> str:
    """The address as it may be shown to people: user, host, port, database."""
    parameters = address_parameters(url)
    user = f"{quote(parameters['user'], safe='')}@" if "user" in parameters else ""
    port = f":{parameters['port']}" if "port" in parameters else ""
    return f"postgresql://{user}{_host(parameters)}{port}/{quote(parameters.get('dbname', ''), safe='')}"


def with_login(url: str, user: str, password: str, *, database: str | None = None) -> str:
    """The same server under another login (and database); options such as sslmode are kept."""
    parameters = address_parameters(url)
    # Without a database libpq takes the one called like the user, and the user is about to change.
    target = database or parameters.get("dbname") or parameters.get("user", "")
    parameters.pop("passfile", None)
    return _address({**parameters, "user": user, "password": password, "dbname": target}, "postgresql")


def password_of(url: str) -> str:
    """The password inside an address, decoded; empty when it has none."""
    return address_parameters(url).get("password", "")


def sqlalchemy_url(url: str) -> str:
    """The same address as SQLAlchemy wants it, naming the driver."""
    return _address(address_parameters(url), "postgresql+psycopg2")


def _address(parameters: Mapping[str, str], scheme: str) -> str:
    rest = {key: value for key, value in parameters.items() if key not in ("user", "password", "dbname")}
    login = quote(parameters.get("user", ""), safe="")
    if parameters.get("password"):
        login += f":{quote(parameters['password'], safe='')}"
    place = ""
    # A folder of sockets or a list of hosts has no place before the path in every reader of such addresses.
    if not rest.get("host", "").startswith("/") and "," not in rest.get("host", ""):
        place = _host({"host": rest.pop("host", "")})
        place += f":{rest.pop('port')}" if "port" in rest and place else ""
    query = f"?{urlencode(rest, quote_via=quote)}" if rest else ""
    at = "@" if login else ""
    return f"{scheme}://{login}{at}{place}/{quote(parameters.get('dbname', ''), safe='')}{query}"


def _host(parameters: Mapping[str, str]) -> str:
    host = parameters.get("host", "")
    return f"[{host}]" if ":" in host and not host.startswith("/") else quote(host, safe=",")
