"""Everything below one home folder made ready: server, roles, tables, Airflow's settings. Safe to repeat."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from supplier_sla.bootstrap import pgpass_line, prepare_warehouse
from supplier_sla.embedded_postgres import EmbeddedPostgres
from supplier_sla.kept_secret import kept_secret
from supplier_sla.night.airflow_home import airflow_environment, embedded_metadata_url, file_metadata_url
from supplier_sla.settings import DATABASE_URL_VARIABLE, Settings


@dataclass(frozen=True)
class Installation:
    """Settings of a prepared home, and libpq's password file for its reader."""

    settings: Settings
    passfile: Path


def prepare_installation(home: Path, *, landing: Path, outbox: Path, database_url: str | None = None) -> Installation:
    """Start or reach the server, prepare the warehouse, and put every variable that Airflow needs into the environment.

    Without `database_url` (or the variable SUPPLIER_SLA_DATABASE_URL) the embedded server below `home` is used.

    Raises:
        SupplierSlaError: the server cannot be started, reached or set up; see the modules that do it.
    """
    database_url = database_url or os.environ.get(DATABASE_URL_VARIABLE)
    admin_url = database_url or EmbeddedPostgres(home / "postgres").start()
    roles = prepare_warehouse(admin_url, own_secret=lambda: kept_secret(home / "role_secret", secrets.token_urlsafe))
    settings = Settings(
        home=home,
        landing=landing,
        outbox=outbox,
        loader_url=roles.loader,
        transformer_url=roles.transformer,
        bi_reader_url=roles.bi_reader,
    )
    metadata_url = file_metadata_url(settings) if database_url else embedded_metadata_url(settings, admin_url)
    os.environ.update(airflow_environment(settings, metadata_url))
    return Installation(settings, _write_passfile(home / "pgpass", settings))


def _write_passfile(path: Path, settings: Settings) -> Path:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(pgpass_line(settings.bi_reader_url), encoding="utf-8")
    return path
