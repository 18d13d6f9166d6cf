"""The commands as their user types them."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from supplier_sla.embedded_postgres import EmbeddedPostgres
from tests.conftest import REPOSITORY

TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    output: str
    errors: str

    @property
    def summary(self) -> str:
        """What stands below the run, from `deliveries` on."""
        return self.output[self.output.index("\ndeliveries\n") :]

    def number(self, pattern: str) -> int:
        """The number that the one group of `pattern` finds in the summary."""
        found = re.search(pattern, self.summary)
        assert found, f"no {pattern} in {self.summary}"
        return int(found.group(1).replace(",", ""))


@dataclass(frozen=True)
class NightHome:
    """A home folder with what `scripts/nightly` leaves in it."""

    folder: Path

    def run(self, *arguments: str) -> Finished:
        """`scripts/nightly --home FOLDER ARGUMENTS`."""
        result = subprocess.run(
            [str(REPOSITORY / "scripts" / "nightly"), "--home", str(self.folder), *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SUPPLIER_SLA"))},
        )
        return Finished(result.returncode, result.stdout, result.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same without waiting for its end, in a process group of its own."""
        return subprocess.Popen(
            [str(REPOSITORY / "scripts" / "nightly"), "--home", str(self.folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def query(self, statement: str, *, admin: bool = False) -> list[tuple]:
        """Rows as bi_reader through the address of the summary, or as the administrator."""
        address = self._admin_url() if admin else self.reader_address
        with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    @property
    def reader_address(self) -> str:
        """What the summary prints after psql."""
        port = (self.folder / "postgres" / "port").read_text(encoding="utf-8").strip()
        return f"postgresql://bi_reader@127.0.0.1:{port}/warehouse?passfile={self.folder / 'pgpass'}"

    def _admin_url(self) -> str:
        return EmbeddedPostgres(self.folder / "postgres").start()

    def stop(self) -> None:
        """Stop the embedded server."""
        EmbeddedPostgres(self.folder / "postgres").stop()

    def marts_digest(self) -> dict[str, str]:
        """One hash per readers' table over all its rows in a fixed order."""
        tables = [name for (name,) in self.query("select viewname from pg_views where schemaname = 'marts' order by 1")]
        return {
            table: self.query(f"select md5(string_agg(t::text, E'\\n' order by t::text)) from marts.{table} t")[0][0]
            for table in tables
        }
