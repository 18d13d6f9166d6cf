"""An Airflow of one's own below the home folder: settings, secrets, metadata database."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from supplier_sla.database import session, sqlalchemy_url, with_login
from supplier_sla.kept_secret import kept_secret
from supplier_sla.settings import REPOSITORY, Settings

METADATA_DATABASE = "airflow"


def airflow_environment(settings: Settings, metadata_url: str) -> dict[str, str]:
    """Every variable that Airflow, Cosmos, dbt and Great Expectations need; set before the first `import airflow`.

    The shared ones come from `settings.env`, which docker-compose.yml reads too.
    """
    home = settings.home / "airflow"
    return {
        **shared_settings(),
        **settings.as_environment(),
        **_secrets(home / "secrets.json"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_url,
        "NO_COLOR": "1",
    }


def shared_settings(path: Path = REPOSITORY / "settings.env") -> dict[str, str]:
    """KEY=VALUE lines; blank lines and comments are passed over."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def embedded_metadata_url(settings: Settings, admin_url: str) -> str:
    """Airflow's own database beside the warehouse on the embedded server, under a role that owns nothing else.

    Its commits need not wait for the disk: a lost task record is run again, a lost ledger line would not be.
    """
    role = database = METADATA_DATABASE
    password = kept_secret(settings.home / "airflow" / "metadata_password", lambda: secrets.token_urlsafe(24))
    with session(admin_url) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
            if cursor.fetchone() is None:
                verifier = encrypt_password(password, role, connection, "scram-sha-256")
                cursor.execute(sql.SQL("create role {} login password %s").format(sql.Identifier(role)), (verifier,))
            cursor.execute("select 1 from pg_database where datname = %s", (database,))
            if cursor.fetchone() is None:
                names = {"database": sql.Identifier(database), "role": sql.Identifier(role)}
                cursor.execute(sql.SQL("create database {database} owner {role}").format(**names))
                cursor.execute(sql.SQL("alter database {database} set synchronous_commit = off").format(**names))
    return sqlalchemy_url(with_login(admin_url, role, password, database=database))


def file_metadata_url(settings: Settings) -> str:
    """Airflow's metadata in a file of the home folder, for a warehouse on a server that is not ours."""
    return f"sqlite:///{settings.home / 'airflow' / 'airflow.db'}"


def migrate_metadata() -> bool:
    """Bring Airflow's metadata to the installed version; True when something was done."""
    from airflow import settings as airflow_settings
    from airflow.utils.db import _REVISION_HEADS_MAP, initdb, upgradedb
    from sqlalchemy import inspect, text

    newest = list(_REVISION_HEADS_MAP.values())[-1]
    with airflow_settings.get_engine().connect() as connection:
        has_tables = inspect(connection).has_table("alembic_version")
        present = connection.execute(text("select version_num from alembic_version")).scalar() if has_tables else None
    if present == newest:
        return False
    if present:
        upgradedb()
    else:
        initdb()
    return True


def _secrets(path: Path) -> dict[str, str]:
    def make() -> str:
        return json.dumps(
            {
                "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
                "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
                "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            }
        )

    return dict(json.loads(kept_secret(path, make)))
