"""One at a time across processes: an advisory lock of PostgreSQL held by the session, not by a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection as Connection


@contextmanager
def holding_lock(connection: Connection, key: int) -> Iterator[None]:
    """Wait for the lock and hold it over as many transactions as follow; a killed process lets it go.

    Args:
        connection: outside a transaction.
        key: number of the lock, the same for all who must not run together.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", (key,))
    try:
        yield
    finally:
        if not connection.closed:
            with connection, connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", (key,))
