"""The same elapsed seconds by another engine: DuckDB reads the raw events and computes both levels of every ticket.

It is given what helps it most: typed columns in its own tables, each event in its newest version already, the calendars
laid out by day (service_hours.py). Only the computation is timed. It shares no SQL with the models.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from benchmarks.company import CALENDARS, levels, register_exports
from benchmarks.server_cost import Cost
from benchmarks.service_hours import DAY_SECONDS, Piece, open_days

STATEMENTS = Path(__file__).parent / "sql" / "duckdb"

# The calendar of levels that count every minute.
ROUND_THE_CLOCK = 0


RAW_TICKETS = """
select ticket_key, category_code, work_centre_id, _version_at, _delivery_id, _line from raw.tickets
"""

RAW_EVENTS = """
select ticket_key, event_key, event_at, event_number, event_type, state_code, _version_at, _delivery_id, _line
from raw.ticket_events
"""

EXAMPLES = """
select ticket_key, service_level_id, is_missing, measured_seconds, is_unexpected, duckdb_seconds
from difference
order by all
limit 10
"""

# Instants whose open seconds the answer needs, and the day on which each falls.
INSTANTS = {
    "{open_at_start}": ("responses.started", "start_day"),
    "{open_at_stop}": ("responses.stopped", "stop_day"),
    "{open_at_change}": ("changes.instant", "change_day"),
    "{open_at_present}": ("$as_of", "present_day"),
}


@dataclass(frozen=True)
class Comparison:
    """Rows of DuckDB's answer and of fct_ticket_sla held against each other, and the first that differ."""

    equal_count: int
    different_count: int
    examples: tuple[str, ...]


class DuckDbClock:
    """One DuckDB database in a file, filled from the warehouse, asked for elapsed seconds."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._connection = duckdb.connect(str(folder / "clock.duckdb"), config={"threads": threads})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def load_register(self) -> None:
        """Lay the calendars out and take over the service levels."""
        days = {plan.calendar_id: list(open_days(plan)) for plan in CALENDARS}
        self._pieces_per_day = max(len(pieces) for calendar in days.values() for _, _, pieces in calendar)
        numbers = {calendar_id: number for number, calendar_id in enumerate(days, start=ROUND_THE_CLOCK + 1)}
        always = [(day, day * DAY_SECONDS, [(0, DAY_SECONDS)]) for day, _, _ in days[CALENDARS[0].calendar_id]]
        pieces = ", ".join(f"opens_{n} integer, closes_{n} integer" for n in range(self._pieces_per_day))
        self._fill(
            f"calendar_day (calendar_number integer, day_number integer, open_before bigint, {pieces})",
            [
                (number, day, open_before, *_padded(pieces_of_day, self._pieces_per_day))
                for number, calendar in [(ROUND_THE_CLOCK, always), *((numbers[name], days[name]) for name in days)]
                for day, open_before, pieces_of_day in calendar
            ],
        )
        register = register_exports()
        contracts = {row["supplier_id"]: row["contract_id"] for row in register["contracts"]}
        self._fill(
            "level (work_centre_id text, category_code text, metric_code text, service_level_id text,"
            " calendar_number integer, pause_states text[])",
            [
                (
                    work_centre["work_centre_id"], level.category_code, level.metric_code, level.service_level_id,
                    numbers.get(level.calendar_id or "", ROUND_THE_CLOCK), f"[{', '.join(level.pause_states)}]",
                )
                for work_centre in register["work_centres"]
                for level in levels()
                if level.contract_id == contracts[work_centre["supplier_id"]]
            ],
        )  # fmt: skip

    def load_deliveries(self, connection: Connection) -> None:
        """Copy raw tickets and events over, and keep the newest version of each."""
        self._copy(connection, RAW_TICKETS, "delivered_ticket")
        self._copy(connection, RAW_EVENTS, "delivered_event")
        self._connection.execute(_statement("newest_versions"))

    def compute(self, as_of: datetime) -> Cost:
        """Write the elapsed seconds of both levels of every ticket; CPU is that of this process."""
        statement = _statement("answer")
        for place, (instant, day) in INSTANTS.items():
            statement = statement.replace(place, _open_seconds_before(instant, day, self._pieces_per_day))
        cpu, started = time.process_time(), time.monotonic()
        self._connection.execute(statement, {"as_of": int(as_of.timestamp())})
        return Cost(wall_seconds=time.monotonic() - started, client_cpu_seconds=time.process_time() - cpu)

    def compare(self, connection: Connection, slot: str) -> Comparison:
        """Hold every row of a slot's fct_ticket_sla against the last answer, missing and unexpected rows included."""
        measured = sql.SQL("select ticket_key, service_level_id, elapsed_seconds from {}").format(
            sql.Identifier(slot, "fct_ticket_sla")
        )
        self._copy(connection, measured.as_string(connection), "measured")
        self._connection.execute("alter table measured alter elapsed_seconds type bigint")
        self._connection.execute(_statement("difference"))
        row_count = self._count("select count(*) from answer full join measured using (ticket_key, service_level_id)")
        different_count = self._count("select count(*) from difference")
        return Comparison(
            equal_count=row_count - different_count,
            different_count=different_count,
            examples=tuple(
                f"{ticket} {level}: fct_ticket_sla {'has no row' if is_missing else measured_seconds},"
                f" DuckDB {'has no row' if is_unexpected else duckdb_seconds}"
                for ticket, level, is_missing, measured_seconds, is_unexpected, duckdb_seconds in (
                    self._connection.execute(EXAMPLES).fetchall()
                )
            ),
        )

    def _count(self, query: str) -> int:
        return int(self._connection.execute(query).fetchall()[0][0])

    def _copy(self, connection: Connection, query: str, table: str) -> None:
        """The result of a query on the warehouse as a table of texts."""
        path = self._folder / f"{table}.csv"
        with connection, connection.cursor() as cursor, path.open("wb") as file:
            cursor.copy_expert(f"copy ({query}) to stdout with (format csv, header)", file)
        self._connection.execute(
            f"create or replace table {table} as"
            " from read_csv($path, header = true, all_varchar = true, delim = ',', quote = '\"')",
            {"path": str(path)},
        )
        path.unlink()

    def _fill(self, definition: str, rows: Iterable[Sequence[object]]) -> None:
        """A table with these columns and rows; by way of a file, because single insertions take DuckDB long."""
        name = definition.partition(" ")[0]
        path = self._folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        self._connection.execute(f"create or replace table {definition}")
        self._connection.execute(f"copy {name} from '{path}' (header false)")
        path.unlink()


def _statement(name: str) -> str:
    return (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")


def _padded(pieces: Sequence[Piece], length: int) -> list[int]:
    """Starts and ends, filled up with empty pieces at the end of the day."""
    return [bound for piece in [*pieces, *[(DAY_SECONDS, DAY_SECONDS)] * (length - len(pieces))] for bound in piece]


def _open_seconds_before(instant: str, day: str, pieces_per_day: int) -> str:
    """SQL for the open seconds before an instant that falls on the calendar day `day`."""
    pieces = (
        f"greatest(least({instant} % {DAY_SECONDS}, {day}.closes_{n}) - {day}.opens_{n}, 0)"
        for n in range(pieces_per_day)
    )
    return f"({' + '.join([f'{day}.open_before', *pieces])})"
