"""scripts/check_ledger: the whole chain and every invariant, one line for each, and what contradicts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.ledger.arguments import check_ledger_parser
from supplier_sla.ledger.chain import walk_chain
from supplier_sla.ledger.invariants import (
    lines_that_do_not_follow,
    nights_with_another_hash,
    publications_with_other_lines,
    sums_that_differ,
)
from supplier_sla.periods.seal import broken_seals
from supplier_sla.published import published_slot, reading, warehouse_url
from supplier_sla.terminal import harmless

HOLDS, BROKEN, NOT_CHECKED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what holds and what does not; 0, 1 when something does not, 2 with one line on stderr when unchecked."""
    options = check_ledger_parser().parse_args(arguments)
    status = HOLDS
    try:
        url = warehouse_url(Path(options.home).expanduser().resolve(), options.database_url)
        with reading(url, application_name="supplier_sla_check_ledger") as rows:
            slot, publication = published_slot(rows)
            print(f"ledger as of publication {publication}")
            with rows.connection.cursor() as cursor:
                for invariant, problems in _checks(cursor, slot):
                    print(f"{'BROKEN' if problems else 'holds ':<7} {invariant}")
                    for problem in problems:
                        print(f"        {harmless(problem)}")
                        status = BROKEN
    except SupplierSlaError as error:
        print(f"check_ledger: {harmless(str(error))}", file=sys.stderr)
        return NOT_CHECKED
    return status


def _checks(cursor: Cursor, slot: str) -> Iterator[tuple[str, list[str]]]:
    broken, end = walk_chain(cursor)
    yield (
        f"hash chain: {end.line_number} lines, last hash {end.line_hash}",
        [f"line {number} is missing, or of no publication, or its hash does not follow" for number in broken],
    )
    yield "nights: each found the hash that its last line has now", nights_with_another_hash(cursor)
    yield "publications: each posted the lines it has on record", publications_with_other_lines(cursor)
    yield "lines: each names its key's first line and says what the key comes to", lines_that_do_not_follow(cursor)
    yield "sums: per key, component and currency what the published night owes", sums_that_differ(cursor, slot)
    yield "closed periods: ledger and seal agree", broken_seals(cursor)


if __name__ == "__main__":
    sys.exit(main())
