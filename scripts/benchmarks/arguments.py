"""What scripts/benchmark takes. Needs nothing but Python, so that --help answers before the environment is made."""

from __future__ import annotations

import argparse
from pathlib import Path

from supplier_sla.settings import DEFAULT_HOME

FEWEST_TICKETS = 100
MOST_TICKETS = 100_000_000
MOST_ROWS = 100_000_000

CLOCK_DESCRIPTION = """\
Make tickets of ten years with their events in an embedded PostgreSQL of its own, then measure in this one run:
  floor      one scan of raw.ticket_events, grouped by ticket, written as a table
  DuckDB     the elapsed seconds of both service levels from the same events, compared with the models' row by row
  full       dbt run of everything up to fct_ticket_sla into an empty slot
  increment  the same selection after a share of the tickets has changed; both slots had been built before"""

CLOCK_EPILOG = """\
Seconds are wall time and CPU of all server processes. Exit status 0 only when DuckDB and fct_ticket_sla agree in every
row; a missed goal is printed and changes no status. A million tickets need about 12 GB of disk."""

LOAD_DESCRIPTION = """\
Make files of ticket events and land each in an embedded PostgreSQL of its own, in a process of its own:
  floor   COPY of the same CSV into a text table without indexes, the quickest of three
  load    everything the landing door does with the file: hash, read, check, find repeats, write, index, commit
  typed   one scan of the loaded rows that casts every column as staging does"""

LOAD_EPILOG = """\
x floor is (load + typed) / floor, wall time; x floor CPU the same of the CPU seconds of server and client, which a busy
machine disturbs less. Memory is the highest resident memory of the loading process. JSON Lines and XLSX are held
against the CSV floor of the same rows. A missed goal is printed and changes no status. Five million rows need about
5 GB of disk."""


def benchmark_parser() -> argparse.ArgumentParser:
    """The benchmarks and their options."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description="Measure the product on made-up data.")
    benchmarks = parser.add_subparsers(dest="benchmark", required=True, metavar="BENCHMARK")
    clock = benchmarks.add_parser(
        "clock",
        help="the service-level clock against a bare scan and against DuckDB",
        description=CLOCK_DESCRIPTION,
        epilog=CLOCK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    clock.add_argument(
        "--tickets", type=_tickets, nargs="+", required=True, metavar="N",
        help="number of tickets; several sizes are measured one after the other and compared",
    )  # fmt: skip
    clock.add_argument(
        "--home", type=Path, default=DEFAULT_HOME / "benchmark", metavar="FOLDER",
        help="where the servers live while they are measured (default: %(default)s)",
    )  # fmt: skip
    clock.add_argument(
        "--changed-share", type=_share, default=0.01, metavar="SHARE",
        help="share of the tickets that the increment changes (default: %(default)s)",
    )  # fmt: skip
    clock.add_argument(
        "--threads", type=int, choices=range(1, 65), default=2, metavar="N", help="DuckDB's (default: %(default)s)"
    )
    clock.add_argument("--json", type=Path, metavar="FILE", help="write every figure there, too")
    clock.add_argument(
        "--plans", type=int, default=0, metavar="N",
        help="keep the executed plans of the N slowest models of the full build below --home (implies --keep)",
    )  # fmt: skip
    clock.add_argument("--keep", action="store_true", help="leave the home folder and its data for a closer look")
    load = benchmarks.add_parser(
        "load",
        help="the landing door against a bare COPY of the same file",
        description=LOAD_DESCRIPTION,
        epilog=LOAD_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.add_argument(
        "--rows", type=_rows, nargs="+", required=True, metavar="N",
        help="number of rows of the CSV file; several sizes are measured one after the other and compared",
    )  # fmt: skip
    load.add_argument(
        "--other-rows", type=_rows, default=50_000, metavar="N",
        help="number of rows of the JSON Lines file and of the workbook, 0 for none (default: %(default)s)",
    )  # fmt: skip
    load.add_argument(
        "--home", type=Path, default=DEFAULT_HOME / "benchmark", metavar="FOLDER",
        help="where the servers live while they are measured (default: %(default)s)",
    )  # fmt: skip
    load.add_argument("--json", type=Path, metavar="FILE", help="write every figure there, too")
    load.add_argument("--keep", action="store_true", help="leave the home folder and its data for a closer look")
    return parser


def _tickets(text: str) -> int:
    number = int(text.replace("_", "").replace(",", "")) if text.replace("_", "").replace(",", "").isdecimal() else 0
    if not FEWEST_TICKETS <= number <= MOST_TICKETS:
        raise argparse.ArgumentTypeError(f"expected a number from {FEWEST_TICKETS} to {MOST_TICKETS}, found {text!r}")
    return number


def _rows(text: str) -> int:
    digits = text.replace("_", "").replace(",", "")
    if not digits.isdecimal() or int(digits) > MOST_ROWS:
        raise argparse.ArgumentTypeError(f"expected a whole number up to {MOST_ROWS}, found {text!r}")
    return int(digits)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"expected a share above 0 and up to 1, such as 0.01, found {text!r}")
    return share


if __name__ == "__main__":
    benchmark_parser().parse_args()
