"""One size of the clock benchmark, from an empty folder to its figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from psycopg2 import sql

from benchmarks.company import AS_OF, FIRST_DAY
from benchmarks.dbt_build import FACT, Build, build_slot, complete_and_publish
from benchmarks.duckdb_clock import Comparison, DuckDbClock
from benchmarks.home import BenchmarkHome, benchmark_home
from benchmarks.plans import explain_slowest
from benchmarks.raw_rows import Delivered, change_histories, deliver, make_histories
from benchmarks.server_cost import Cost
from supplier_sla.database import session

FIRST_INSTANT = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=AS_OF.tzinfo)
# The second slot is built an hour later, because for the same instant and deliveries there is nothing to build.
SECOND_AS_OF = AS_OF + timedelta(hours=1)
NEXT_AS_OF = AS_OF + timedelta(days=1)

# The yardsticks are held up this often and the quickest counts: what disturbed them must not make us look good.
YARDSTICK_RUNS = 3

FLOOR = """
create table benchmark.floor as
select
    ticket_key,
    count(*) as event_count,
    min(event_at::timestamptz) as first_at,
    max(event_at::timestamptz) as last_at
from raw.ticket_events
group by ticket_key
"""


@dataclass(frozen=True)
class Options:
    """What is measured: number of tickets, share that the increment changes, DuckDB's threads, plans to keep."""

    tickets: int
    changed_share: float
    threads: int
    plans: int = 0
    keep: bool = False


@dataclass(frozen=True)
class Measurement:
    """Everything that one size has shown. `preparation_seconds` is the wall time of the steps that are not measured."""

    options: Options
    delivered: Delivered
    changed: Delivered
    statuses: dict[str, int]
    floor: Cost
    duckdb: Cost
    full: Build
    second_full: Build
    increment: Build
    comparison: Comparison
    comparison_after_change: Comparison
    preparation_seconds: dict[str, float]

    @property
    def is_equal(self) -> bool:
        """Whether DuckDB and the models agree in every row, after the full build and after the increment."""
        return not self.comparison.different_count and not self.comparison_after_change.different_count


@dataclass
class Stopwatch:
    """Wall seconds of the steps around the measured ones; says what begins."""

    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.say(name)
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started


def measure_clock(folder: Path, options: Options, say: Callable[[str], None]) -> Measurement:
    """Make the data in `folder`, measure, and remove the folder unless it is to be kept.

    Raises:
        SupplierSlaError: the server, the landing of the register or dbt failed.
    """
    with (
        benchmark_home(folder, keep=options.keep or options.plans > 0) as home,
        DuckDbClock(folder / "duckdb", threads=options.threads) as duckdb_clock,
    ):
        return _measure(home, duckdb_clock, options, Stopwatch(say))


def _measure(home: BenchmarkHome, duckdb_clock: DuckDbClock, options: Options, watch: Stopwatch) -> Measurement:
    with watch.step("register landed, histories made and put into raw"):
        home.land_register(as_of=AS_OF, run_id="benchmark register")
        delivered = _deliver_histories(home, options)
    with watch.step("floor"):
        floor = _measure_floor(home)
    with watch.step("calendars laid out for DuckDB"):
        duckdb_clock.load_register()
    with watch.step("events loaded into DuckDB"):
        _load_into_duckdb(home, duckdb_clock)
    with watch.step("DuckDB"):
        duckdb = min((duckdb_clock.compute(AS_OF) for _ in range(YARDSTICK_RUNS)), key=lambda cost: cost.wall_seconds)
    with watch.step("full build"):
        full = build_slot(home.settings, home.meter, as_of=AS_OF, run_id="benchmark full")
    with watch.step("full build compared with DuckDB"):
        comparison = compare_slot(home, duckdb_clock, full.slot)
        statuses = _statuses(home, full.slot)
    if options.plans:
        with watch.step("plans of the slowest models"):
            explain_slowest(home, full, options.plans)
    with watch.step("rest of the first slot built, published"):
        complete_and_publish(home.settings, full, run_id="benchmark full")
    with watch.step("full build of the second slot"):
        second_full = build_slot(home.settings, home.meter, as_of=SECOND_AS_OF, run_id="benchmark second full")
    with watch.step("rest of the second slot built, published"):
        complete_and_publish(home.settings, second_full, run_id="benchmark second full")
    with watch.step("changes put into raw"):
        changed = _deliver_changes(home, options)
    with watch.step("increment"):
        increment = build_slot(home.settings, home.meter, as_of=NEXT_AS_OF, run_id="benchmark increment")
    with watch.step("increment compared with DuckDB"):
        _load_into_duckdb(home, duckdb_clock)
        duckdb_clock.compute(NEXT_AS_OF)
        comparison_after_change = compare_slot(home, duckdb_clock, increment.slot)
    return Measurement(
        options=options,
        delivered=delivered,
        changed=changed,
        statuses=statuses,
        floor=floor,
        duckdb=duckdb,
        full=full,
        second_full=second_full,
        increment=increment,
        comparison=comparison,
        comparison_after_change=comparison_after_change,
        preparation_seconds=watch.seconds,
    )


def compare_slot(home: BenchmarkHome, duckdb_clock: DuckDbClock, slot: str) -> Comparison:
    """Hold a slot's fct_ticket_sla against what DuckDB computed last."""
    with session(home.settings.transformer_url) as connection:
        return duckdb_clock.compare(connection, slot)


def _deliver_histories(home: BenchmarkHome, options: Options) -> Delivered:
    with session(home.admin_url) as connection:
        make_histories(connection, tickets=options.tickets)
        return deliver(connection, as_of=AS_OF, run_id="benchmark histories", exported_after=FIRST_INSTANT)


def _deliver_changes(home: BenchmarkHome, options: Options) -> Delivered:
    with session(home.admin_url) as connection:
        change_histories(connection, changed_share=options.changed_share, next_as_of=NEXT_AS_OF)
        return deliver(connection, as_of=NEXT_AS_OF, run_id="benchmark changes", exported_after=AS_OF)


def _measure_floor(home: BenchmarkHome) -> Cost:
    costs = []
    for _ in range(YARDSTICK_RUNS):
        with home.meter.measure() as cost, session(home.admin_url) as connection, connection.cursor() as cursor:
            cursor.execute(FLOOR)
            connection.commit()
        with session(home.admin_url) as connection, connection, connection.cursor() as cursor:
            cursor.execute("drop table benchmark.floor")
        costs.append(cost)
    return min(costs, key=lambda cost: cost.wall_seconds)


def _load_into_duckdb(home: BenchmarkHome, duckdb_clock: DuckDbClock) -> None:
    with session(home.settings.transformer_url) as connection:
        duckdb_clock.load_deliveries(connection)


def _statuses(home: BenchmarkHome, slot: str) -> dict[str, int]:
    with session(home.settings.transformer_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select status_code, count(*) from {} group by status_code order by status_code").format(
                sql.Identifier(slot, FACT)
            )
        )
        return dict(cursor.fetchall())
