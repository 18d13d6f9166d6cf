"""A warehouse for a whole module of tests that change nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import sql

from supplier_sla.bootstrap import prepare_warehouse
from tests.conftest import Warehouse


@contextmanager
def another_warehouse(template_database: str, name: str) -> Iterator[Warehouse]:
    """A migrated database beside the template, dropped at the end."""
    server = template_database.rpartition("/")[0]
    with closing(psycopg2.connect(f"{server}/postgres")) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        roles = prepare_warehouse(f"{server}/{name}")
        yield Warehouse(f"{server}/{name}", roles.loader, roles.transformer, roles.bi_reader)
        cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
