"""scripts/quarantine: rows that were kept out, on the terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from supplier_sla.bilingual import Words
from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant
from supplier_sla.landing.delivered_file import find_delivered_file
from supplier_sla.landing.folder import LOCK_TIMEOUT_SECONDS, prepare_run, take_turn
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.values import PersonalData
from supplier_sla.published import act_as, warehouse_url
from supplier_sla.quarantine.arguments import MOST_SHOWN, quarantine_parser
from supplier_sla.quarantine.book import Filter, list_problems, list_refused, read_problem
from supplier_sla.quarantine.reread import Selection, reread
from supplier_sla.quarantine.text import WORDS, csv_text, list_lines, problem_lines, reread_lines
from supplier_sla.settings import PREFIX, inbox_of
from supplier_sla.terminal import harmless

RUN_ID = "quarantine_reread"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 with one line on stderr when it cannot be done."""
    options = quarantine_parser().parse_args(arguments)
    words = Words.of(WORDS, options.lang)
    home = Path(options.home).expanduser().resolve()
    try:
        url = options.database_url or _loader_url() or warehouse_url(home)
        with session(url, application_name="supplier_sla_quarantine") as connection:
            with connection, connection.cursor() as cursor:
                act_as(cursor, "loader", for_session=True)
            if options.command == "list":
                print(_listed(connection, options, words), end="")
            elif options.command == "show":
                print(_shown(connection, options, words), end="")
            else:
                print(_reread(connection, options, words, home), end="")
    except SupplierSlaError as error:
        print(f"quarantine: {harmless(str(error))}", file=sys.stderr)
        return 1
    return 0


def _listed(connection: Connection, options: argparse.Namespace, words: Words) -> str:
    wanted = Filter(
        source=options.source,
        entity=options.entity,
        reason=options.reason,
        delivery_id=options.delivery,
        is_open=options.open,
        since=parse_instant(options.since, name="--since") if options.since else None,
    )
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        rows, count = list_problems(cursor, wanted, at_most=None if options.csv else MOST_SHOWN)
        refused = [] if options.csv or options.reason else list_refused(cursor, wanted)
    return csv_text(rows) if options.csv else _text(list_lines(rows, count, refused, words))


def _shown(connection: Connection, options: argparse.Namespace, words: Words) -> str:
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        problem, beside = read_problem(cursor, options.quarantine_id)
    return _text(problem_lines(problem, beside, words))


def _reread(connection: Connection, options: argparse.Namespace, words: Words, home: Path) -> str:
    # As at scripts/nightly: what a person did not say is decided here, once, at the edge.
    now = datetime.now(UTC).replace(microsecond=0)
    as_of = parse_instant(options.as_of, name="--as-of") if options.as_of else now
    take_turn(connection, LOCK_TIMEOUT_SECONDS)
    limits, bad_row_limits = UnpackLimits.from_environment(), BadRowLimits.from_environment()
    run = prepare_run(as_of, RUN_ID, limits, bad_row_limits, PersonalData.from_environment(home))
    selection = Selection(options.delivery, options.source, options.entity)
    find_file = partial(find_delivered_file, folders=_folders(options, home), inbox=inbox_of(home), limits=limits)
    results = reread(connection, run, find_file, selection, is_dry_run=options.dry_run)
    return _text(reread_lines(results, words, is_dry_run=options.dry_run))


def _folders(options: argparse.Namespace, home: Path) -> list[Path]:
    given = options.landing or [os.environ.get(f"{PREFIX}LANDING") or str(home / "sample_landing")]
    return [Path(folder).expanduser().resolve() for folder in given]


def _loader_url() -> str | None:
    """The loader's own address, where the installation hands it to its processes."""
    return os.environ.get(f"{PREFIX}LOADER_URL") or None


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{harmless(line)}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
