"""The script that the migration service runs against a real server."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import sql

from supplier_sla.database import with_login
from supplier_sla.embedded_postgres import EmbeddedPostgres
from supplier_sla.errors import SupplierSlaError

from .compose_file import REPOSITORY

ROLE = "airflow_deployment_test"


def _load(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


script = _load(REPOSITORY / "docker" / "prepare_airflow_database.py")


@pytest.fixture
def admin_url(embedded_postgres: EmbeddedPostgres) -> Iterator[str]:
    url = embedded_postgres.start()
    yield url
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(ROLE)))
        cursor.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(ROLE)))
    connection.close()


def airflow_url(admin_url: str, password: str) -> str:
    return with_login(admin_url, ROLE, password, database=ROLE).replace("postgresql://", "postgresql+psycopg2://")


def owner_when_logged_in(url: str) -> str:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_get_userbyid(datdba) from pg_database where datname = current_database()")
            return str((cursor.fetchone() or ("",))[0])
    finally:
        connection.close()


def test_role_and_database_are_made_once_and_a_new_password_replaces_the_old(admin_url: str) -> None:
    first, second = airflow_url(admin_url, "old/pass@word"), airflow_url(admin_url, "new")
    script.prepare_airflow_database(admin_url, first)
    assert owner_when_logged_in(first) == ROLE
    script.prepare_airflow_database(admin_url, second)
    assert owner_when_logged_in(second) == ROLE
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        owner_when_logged_in(first)


def test_other_roles_may_not_connect_to_airflows_database(admin_url: str) -> None:
    script.prepare_airflow_database(admin_url, airflow_url(admin_url, "secret"))
    connection = psycopg2.connect(admin_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("select has_database_privilege('public', %s, 'connect')", (ROLE,))
        assert cursor.fetchone() == (False,)
    connection.close()


@pytest.mark.parametrize(
    ("url", "lacks"),
    [
        ("postgresql+psycopg2://postgres:5432/airflow", "a user"),
        ("postgresql+psycopg2://airflow@postgres:5432/airflow", "a password"),
        ("postgresql+psycopg2://airflow:secret@postgres:5432", "a database"),
    ],
)
def test_an_address_without_a_part_is_refused_and_the_part_named(url: str, lacks: str) -> None:
    with pytest.raises(SupplierSlaError, match=f"found an address without {lacks}"):
        script.prepare_airflow_database("postgresql://nobody@localhost/none", url)


def test_a_missing_variable_ends_with_one_line_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(script.ADMIN_URL, raising=False)
    assert script.main() == 1
    assert capsys.readouterr().err.startswith("environment variable SUPPLIER_SLA_ADMIN_URL: expected a value")


def test_no_password_is_shown_when_the_server_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], embedded_postgres: EmbeddedPostgres
) -> None:
    port = urlsplit(embedded_postgres.start()).port
    monkeypatch.setenv(script.ADMIN_URL, f"postgresql://sla_admin:wrong-secret@127.0.0.1:{port}/warehouse")
    monkeypatch.setenv(script.AIRFLOW_URL, "postgresql+psycopg2://airflow:other-secret@postgres:5432/airflow")
    assert script.main() == 1
    shown = capsys.readouterr().err
    assert "PostgreSQL at postgresql://sla_admin@127.0.0.1" in shown
    assert "secret" not in shown
