"""What a piece of work costs: wall time, CPU of the server's processes, CPU of this process, bytes in temporary files.

CPU of the server is the sum of user and system time over the postmaster, its live children (backends, parallel workers,
input/output workers, checkpointer, autovacuum and so on) and all children that have ended: when the postmaster takes
note of the end of a child, Linux adds the child's time to the postmaster's account (`cutime`, `cstime`), and every
process of a PostgreSQL server is a child of the postmaster. The kernel counts nanoseconds and shows hundredths of a
second for each process.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg2.extensions import connection as Connection

from supplier_sla.database import connect
from supplier_sla.errors import SupplierSlaError

QUIET_TIMEOUT_SECONDS = 300.0
POLL_SECONDS = 0.05
ATTEMPTS = 100


class CostUnknown(SupplierSlaError):
    """The processes of the server cannot be watched."""


@dataclass
class Cost:
    """Seconds and bytes of one piece of work; zero while it goes on."""

    wall_seconds: float = 0.0
    server_cpu_seconds: float = 0.0
    client_cpu_seconds: float = 0.0
    temp_bytes: int = 0


@dataclass(frozen=True)
class Meter:
    """Measures work on one embedded server."""

    data_folder: Path
    admin_url: str

    @contextmanager
    def measure(self) -> Iterator[Cost]:
        """Fill the cost when the work inside is done and its sessions are gone.

        Before, the server is brought to rest: dirty pages are written, autovacuum has ended.
        """
        cost = Cost()
        connection = connect(self.admin_url, application_name="benchmark meter")
        connection.autocommit = True
        try:
            _come_to_rest(connection)
            temp_bytes = _temp_bytes(connection)
            server_cpu, client_cpu, started = self.server_cpu_seconds(), time.process_time(), time.monotonic()
            yield cost
            cost.wall_seconds = time.monotonic() - started
            cost.client_cpu_seconds = time.process_time() - client_cpu
            # A session that was closed a moment ago has counted its temporary files once it is gone.
            _wait_until_quiet(connection, including="client backend")
            cost.server_cpu_seconds = self.server_cpu_seconds() - server_cpu
            cost.temp_bytes = _temp_bytes(connection) - temp_bytes
        finally:
            connection.close()

    def server_cpu_seconds(self) -> float:
        """CPU seconds of all processes of the server since it was started.

        Raises:
            CostUnknown: no server runs there, or the system is not Linux and does not tell.
        """
        try:
            postmaster = psutil.Process(int((self.data_folder / "postmaster.pid").read_text().splitlines()[0]))
            for _ in range(ATTEMPTS):
                before = postmaster.cpu_times()
                try:
                    live = sum(sum(child.cpu_times()[:2]) for child in postmaster.children())
                except psutil.NoSuchProcess:
                    continue  # ended in between: it is in the account of the ended ones now
                after = postmaster.cpu_times()
                if before[2:4] == after[2:4]:  # nobody was counted twice
                    return float(sum(after[:4]) + live)
        except (FileNotFoundError, psutil.NoSuchProcess):
            pass
        raise CostUnknown(
            f"CPU of the server in {self.data_folder}",
            expected="a running server on Linux, whose kernel counts the time of ended children",
            found="none that can be watched",
        )


def _come_to_rest(connection: Connection) -> None:
    _wait_until_quiet(connection, including="autovacuum worker")
    with connection.cursor() as cursor:
        cursor.execute("checkpoint")


def _wait_until_quiet(connection: Connection, *, including: str) -> None:
    deadline = time.monotonic() + QUIET_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = any(%s)",
                (["client backend", "parallel worker", including],),
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(POLL_SECONDS)
    raise CostUnknown(
        "a quiet server",
        expected=f"no session and no {including} within {QUIET_TIMEOUT_SECONDS:.0f} s",
        found="some that go on",
    )


def _temp_bytes(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select temp_bytes from pg_stat_database where datname = current_database()")
        row = cursor.fetchone()
    assert row is not None  # we are in that database
    return int(row[0])
