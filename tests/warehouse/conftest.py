"""A test database is thrown away: its server need not wait for the disk."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest


@pytest.fixture(scope="session", autouse=True)
def without_waiting_for_the_disk(template_database: str) -> None:
    with closing(psycopg2.connect(template_database)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"alter system set {setting} = off")
        cursor.execute("select pg_reload_conf()")
