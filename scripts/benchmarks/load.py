"""The landing door against a bare COPY of the same file into a text table without indexes, on the same server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql

from benchmarks.home import BenchmarkHome, benchmark_home
from benchmarks.load_files import COLUMNS, WRITERS, write_csv
from benchmarks.server_cost import Cost
from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import load_contracts

ENTITY = "ticket_events"

# The yardstick is held up this often and the quickest counts: what disturbed it must not make us look good.
FLOOR_RUNS = 3

SQL_TYPES = {"timestamp": "timestamptz", "integer": "integer", "date": "date", "decimal": "numeric"}


@dataclass(frozen=True)
class LoadMeasurement:
    """One file: `load` lasts from the first hashed byte to the commit; `typed` is one scan that casts the rows."""

    file_format: str
    rows: int
    byte_size: int
    floor: Cost
    load: Cost
    typed: Cost
    memory_bytes: int
    memory_before_bytes: int

    @property
    def ratio(self) -> float:
        """Wall time of landing and casting over the floor's."""
        return (self.load.wall_seconds + self.typed.wall_seconds) / self.floor.wall_seconds

    @property
    def cpu_ratio(self) -> float:
        """The same of the CPU seconds of server and client, which a busy machine disturbs less."""
        return (_cpu_seconds(self.load) + _cpu_seconds(self.typed)) / _cpu_seconds(self.floor)


def measure_load(
    folder: Path, rows: int, file_format: str, *, keep: bool, say: Callable[[str], None]
) -> LoadMeasurement:
    """Make a file of `rows` ticket events, copy it, land it, and remove the folder unless it is to be kept.

    Raises:
        SupplierSlaError: the server failed, or a row was not loaded.
    """
    with benchmark_home(folder, keep=keep) as home:
        say(f"{file_format}, {rows:,} rows: file made")
        home.settings.landing.mkdir(parents=True)
        path = home.settings.landing / f"{ENTITY}.{file_format}"
        WRITERS[file_format](path, rows)
        # COPY reads no other format: the floor of every format is that of the same rows as CSV.
        plain = path if file_format == "csv" else folder / "floor.csv"
        if plain != path:
            write_csv(plain, rows)
        say(f"{file_format}, {rows:,} rows: floor")
        floor = min((_copy(home, plain) for _ in range(FLOOR_RUNS)), key=lambda cost: cost.wall_seconds)
        say(f"{file_format}, {rows:,} rows: landed")
        with home.meter.measure() as load:
            landed = _land(home)
        if landed["rows_loaded"] != rows:
            raise SupplierSlaError("benchmark load", expected=f"{rows} rows loaded", found=str(landed["rows_loaded"]))
        # Without the start of Python, which the floor does not have either.
        load.wall_seconds, load.client_cpu_seconds = landed["wall_seconds"], landed["client_cpu_seconds"]
        return LoadMeasurement(
            file_format,
            rows,
            byte_size=path.stat().st_size,
            floor=floor,
            load=load,
            typed=_scan_typed(home, int(landed["delivery_id"])),
            memory_bytes=int(landed["memory_bytes"]),
            memory_before_bytes=int(landed["memory_before_bytes"]),
        )


def _cpu_seconds(cost: Cost) -> float:
    return cost.server_cpu_seconds + cost.client_cpu_seconds


def _copy(home: BenchmarkHome, path: Path) -> Cost:
    with session(home.admin_url) as connection, connection, connection.cursor() as cursor:
        columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in COLUMNS)
        cursor.execute("create schema if not exists benchmark")
        cursor.execute("drop table if exists benchmark.floor")
        # In a transaction of its own: COPY into a table that the same transaction made writes no WAL.
        cursor.execute(sql.SQL("create table benchmark.floor ({})").format(columns))
    with (
        home.meter.measure() as cost,
        path.open("rb") as file,
        session(home.admin_url) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.copy_expert("copy benchmark.floor from stdin with (format csv, header)", file)
    with session(home.admin_url) as connection, connection, connection.cursor() as cursor:
        cursor.execute("drop table benchmark.floor")
    return cost


def _land(home: BenchmarkHome) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load_process"],
        input=f"{home.settings.loader_url}\n{home.settings.landing}\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise SupplierSlaError("benchmark load", expected="a file that is landed", found=done.stderr.strip()[-2_000:])
    return dict(json.loads(done.stdout))


def _scan_typed(home: BenchmarkHome, delivery_id: int) -> Cost:
    """Every column of one delivery as staging casts it."""
    columns = load_contracts()[ENTITY].columns
    casts = sql.SQL(", ").join(
        sql.SQL("count({}::{})").format(sql.Identifier(column.name), sql.SQL(SQL_TYPES.get(column.type, "text")))
        for column in columns
    )
    statement = sql.SQL("select {} from {} where _delivery_id = {}").format(
        casts, sql.Identifier("raw", ENTITY), sql.Literal(delivery_id)
    )
    with (
        home.meter.measure() as cost,
        session(home.settings.transformer_url) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return cost
