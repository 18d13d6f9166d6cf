"""Airflow's own role and database beside the warehouse; a repetition sets the password anew, nothing else."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from urllib.parse import unquote, urlsplit

from psycopg2 import sql

from supplier_sla.database import connect
from supplier_sla.errors import SupplierSlaError

ADMIN_URL = "SUPPLIER_SLA_ADMIN_URL"
AIRFLOW_URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def prepare_airflow_database(admin_url: str, airflow_url: str) -> None:
    """Create the login and the database that `airflow_url` names (on the server of `admin_url`), owned by that login.

    Args:
        admin_url: libpq URL of a user who may create roles and databases.
        airflow_url: SQLAlchemy URL with user, password and database.

    Raises:
        SupplierSlaError: `airflow_url` lacks one of the three, or the server does not answer.
    """
    parts = urlsplit(airflow_url)
    user, password, database = parts.username, unquote(parts.password or ""), parts.path.lstrip("/")
    if not (user and password and database):
        raise SupplierSlaError(
            AIRFLOW_URL,
            expected="postgresql+psycopg2://USER:PASSWORD@HOST:PORT/DATABASE",
            found="an address without " + ("a user" if not user else "a password" if not password else "a database"),
            next_step="take the line from docker-compose.yml",
        )
    names = {"user": sql.Identifier(unquote(user)), "database": sql.Identifier(database)}
    with closing(connect(admin_url, application_name="supplier_sla_migrate")) as connection:
        connection.autocommit = True  # create database refuses a transaction
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (unquote(user),))
            verb = sql.SQL("alter" if cursor.fetchone() else "create")
            statement = sql.SQL("{verb} role {user} login password %s").format(verb=verb, **names)
            cursor.execute(statement, (password,))
            cursor.execute("select 1 from pg_database where datname = %s", (database,))
            if not cursor.fetchone():
                cursor.execute(sql.SQL("grant {user} to current_user").format(**names))
                cursor.execute(sql.SQL("create database {database} owner {user}").format(**names))
            cursor.execute(sql.SQL("revoke connect on database {database} from public").format(**names))


def main() -> int:
    """Run with both addresses from the environment; 1 and one line when something is wrong."""
    try:
        prepare_airflow_database(os.environ[ADMIN_URL], os.environ[AIRFLOW_URL])
    except KeyError as missing:
        name = missing.args[0]
        print(f"environment variable {name}: expected a value; next: start it through docker compose", file=sys.stderr)
        return 1
    except SupplierSlaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
