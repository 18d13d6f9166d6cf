"""One embedded PostgreSQL for the whole test run, one fresh migrated database for each test that asks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from supplier_sla.bootstrap import prepare_warehouse
from supplier_sla.database import sqlalchemy_url
from supplier_sla.embedded_postgres import EmbeddedPostgres

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"

# What takes minutes to make, and the files that ask for it.
SHARING = {
    "the night on the sample": {
        "tests/night/test_personal_values.py",
        "tests/night/test_sample_archive.py",
        "tests/night/test_sample_night.py",
        "tests/night/test_sample_story.py",
        "tests/night/test_two_nights.py",
    },
    "the book of random contracts": {
        "tests/penalties/test_extract_by_calculator.py",
        "tests/penalties/test_penalties_against_reference.py",
        "tests/penalties/test_penalty_properties.py",
    },
}

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Warehouse:
    """Addresses of one test database; every one holds a password."""

    admin_url: str
    loader_url: str
    transformer_url: str
    bi_reader_url: str

    @property
    def loader_sqlalchemy_url(self) -> str:
        return sqlalchemy_url(self.loader_url)

    def query(self, statement: str, parameters: tuple = ()) -> list[tuple]:
        """Rows of a statement run (and committed) as the administrator."""
        with closing(psycopg2.connect(self.admin_url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole nights first, the rest as it was."""
    items.sort(key=lambda item: item.get_closest_marker("night") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`, files that share a fixture of the session are given to the same process."""
    from xdist.scheduler import LoadFileScheduling

    class SharingFiles(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((name for name, files in SHARING.items() if file in files), file)

    return SharingFiles(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def embedded_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template_database(embedded_postgres: EmbeddedPostgres) -> str:
    """Administrator's address of a migrated, empty database that tests copy."""
    admin_url = embedded_postgres.start()
    prepare_warehouse(admin_url)
    with closing(psycopg2.connect(admin_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        # These databases are thrown away: their server need not wait for the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"alter system set {setting} = off")
        cursor.execute("select pg_reload_conf()")
    return admin_url


@pytest.fixture
def warehouse(template_database: str) -> Iterator[Warehouse]:
    """A fresh, migrated, empty database."""
    with _fresh_warehouse(template_database) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_warehouse(template_database: str) -> Iterator[Warehouse]:
    """The same for all tests of a module, where one build answers many questions."""
    with _fresh_warehouse(template_database) as fresh:
        yield fresh


@contextmanager
def _fresh_warehouse(template_database: str) -> Iterator[Warehouse]:
    name = f"test_{next(_numbers)}"
    server, _, template = template_database.rpartition("/")
    maintenance = f"{server}/postgres"
    create = sql.SQL("create database {} template {}")
    _execute(maintenance, create.format(sql.Identifier(name), sql.Identifier(template)))
    admin_url = f"{server}/{name}"
    roles = prepare_warehouse(admin_url)
    yield Warehouse(admin_url, roles.loader, roles.transformer, roles.bi_reader)
    _execute(maintenance, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real exports beside the repository; a test that needs them is skipped where they are not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real exports (../shared/data) are not on this machine")
    return SHARED_DATA


def _execute(url: str, statement: sql.Composable) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
