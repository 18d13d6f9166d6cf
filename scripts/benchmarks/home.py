"""A home folder that the benchmark makes for one size: server, roles, tables, the landed register."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.company import register_exports
from benchmarks.server_cost import Meter
from supplier_sla.bootstrap import prepare_warehouse
from supplier_sla.database import session
from supplier_sla.embedded_postgres import EmbeddedPostgres
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing import land_exports
from supplier_sla.settings import Settings

MARK = "made_by_scripts_benchmark"


class HomeTaken(SupplierSlaError):
    """The folder holds something that is not ours to remove."""


@dataclass(frozen=True)
class BenchmarkHome:
    """A prepared warehouse without tickets."""

    folder: Path
    admin_url: str
    settings: Settings

    @property
    def meter(self) -> Meter:
        return Meter(self.folder / "postgres" / "data", self.admin_url)

    def land_register(self, *, as_of: datetime, run_id: str) -> None:
        """Suppliers, contracts, calendars and service levels, the way every night lands them.

        Raises:
            SupplierSlaError: a row of them was not taken.
        """
        landing = self.settings.landing
        landing.mkdir(parents=True)
        for entity, rows in register_exports().items():
            with (landing / f"{entity}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        report = land_exports(self.settings.loader_url, landing, as_of=as_of, run_id=run_id)
        refused = [outcome.relative_path for outcome in report.outcomes if outcome.state != "loaded"]
        if refused:
            raise SupplierSlaError("register of the benchmark", expected="every row loaded", found=", ".join(refused))
        with session(self.settings.loader_url) as connection, connection, connection.cursor() as cursor:
            cursor.execute("update ops.delivery set is_checked = true where not is_checked")


@contextmanager
def benchmark_home(folder: Path, *, keep: bool) -> Iterator[BenchmarkHome]:
    """A fresh home; its server is stopped at the end, and the folder removed unless `keep`.

    Raises:
        HomeTaken: the folder exists and was not made here.
    """
    remove_home(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    server = EmbeddedPostgres(folder / "postgres")
    try:
        admin_url = server.start()
        roles = prepare_warehouse(admin_url)
        settings = Settings(
            home=folder,
            landing=folder / "landing",
            outbox=folder / "outbox",
            loader_url=roles.loader,
            transformer_url=roles.transformer,
            bi_reader_url=roles.bi_reader,
        )
        yield BenchmarkHome(folder, admin_url, settings)
    finally:
        server.stop()
        if not keep:
            remove_home(folder)


def remove_home(folder: Path) -> None:
    """Remove a home that an earlier benchmark left.

    Raises:
        HomeTaken: it is something else.
    """
    if not folder.exists():
        return
    if not (folder / MARK).exists():
        raise HomeTaken(
            f"folder {folder}",
            expected="none, or one that a benchmark has made",
            found="something else",
            next_step="give another --home",
        )
    EmbeddedPostgres(folder / "postgres").stop()
    shutil.rmtree(folder)
