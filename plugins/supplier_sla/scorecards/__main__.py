"""scripts/publish_scorecards: freezes scorecards, or checks those that were frozen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant
from supplier_sla.published import act_as, reading, warehouse_url
from supplier_sla.scorecards.arguments import publish_scorecards_parser
from supplier_sla.scorecards.card import CheckedChain, check_chain
from supplier_sla.scorecards.period import parse_period
from supplier_sla.scorecards.publishing import Frozen, publish_due, publish_period
from supplier_sla.terminal import aligned, harmless
from supplier_sla.warehouse.slots import last_publication


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was frozen or checked; 1 with one line on stderr when nothing was, or when a card was changed."""
    parser = publish_scorecards_parser()
    options = parser.parse_args(arguments)
    if not options.period and (options.supplier is not None or options.revise is not None):
        parser.error("--supplier and --revise go with --period")
    try:
        period = parse_period(options.period) if options.period else None
        as_of = parse_instant(options.as_of) if options.as_of else None
        url = warehouse_url(Path(options.home).expanduser().resolve(), options.database_url)
        if options.check:
            with (
                reading(url, application_name="supplier_sla_check_scorecards") as rows,
                rows.connection.cursor() as cursor,
            ):
                chain = check_chain(cursor)
            print("\n".join(lines_of_check(chain)))
            return 1 if chain.problems else 0
        with session(url, application_name="supplier_sla_scorecards") as connection:
            if period is None:
                frozen = publish_due(connection, as_of=as_of or _last_as_of(connection))
            else:
                frozen = publish_period(
                    connection, period, supplier_id=options.supplier, reason=options.revise, as_of=as_of
                )
    except SupplierSlaError as error:
        print(f"publish_scorecards: {harmless(str(error))}", file=sys.stderr)
        return 1
    print("\n".join(lines_of(frozen, options)))
    return 0


def lines_of(frozen: Frozen, options: argparse.Namespace) -> Iterator[str]:
    """The report on the terminal."""
    yield f"{len(frozen.cards)} scorecards frozen, {frozen.unchanged_count} were before and say the same"
    rows = [
        [
            str(card.scorecard_number), card.supplier_id, str(card.period), str(card.version), card.status_code,
            "" if card.score is None else f"{card.score:.2f}", card.band_code or "",
        ]
        for card in frozen.cards
    ]  # fmt: skip
    if rows:
        header = ["number", "supplier", "period", "version", "status", "score", "standing"]
        yield from aligned([header, *rows], right=(0, 3, 5), indent="  ")
    if frozen.changed_suppliers:
        names = ", ".join(harmless(name) for name in frozen.changed_suppliers)
        yield f"  frozen before, and the figures are others now: {names}"
        yield f"  a new version: scripts/publish_scorecards --period {options.period} --revise REASON"
    yield f"  last hash {frozen.last_hash}"


def lines_of_check(chain: CheckedChain) -> Iterator[str]:
    """The report of --check."""
    verdict = "BROKEN" if chain.problems else "holds "
    yield f"{verdict} hash chain: {chain.card_count} cards, last hash {chain.last_hash}"
    for problem in chain.problems:
        yield f"       {harmless(problem)}"


def _last_as_of(connection: Connection) -> datetime:
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        publication = last_publication(cursor)
    # Without a publication publish_due says so itself.
    return publication.as_of if publication else datetime.max


if __name__ == "__main__":
    sys.exit(main())
