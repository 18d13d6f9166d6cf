"""What the book of deliveries says once the door in has judged the deliveries of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from psycopg2.extensions import connection as Connection

from supplier_sla.expected.evaluation import evaluate_expected
from supplier_sla.expected.expectation import ExpectedFrom
from supplier_sla.landing.book.full_dumps import list_missing
from supplier_sla.landing.book.superseded import mark_superseded
from supplier_sla.landing.contract import load_contracts


def bring_book_up_to_date(
    connection: Connection,
    *,
    expected: Sequence[ExpectedFrom],
    as_of: datetime,
    run_id: str,
    report: Callable[[str], None] = lambda line: None,
) -> None:
    """Superseded deliveries and keys missing from full dumps, of entities delivered in this run; expected deliveries.

    One transaction, as `loader`; calling it again changes nothing.
    """
    contracts = load_contracts()
    with connection, connection.cursor() as cursor:
        cursor.execute("select distinct entity from ops.delivery where as_of = %s order by entity", (as_of,))
        judged = [contracts[entity] for (entity,) in cursor.fetchall() if entity in contracts]
        superseded = mark_superseded(cursor, judged, as_of)
        missing = list_missing(cursor, judged)
        evaluated = evaluate_expected(cursor, expected, as_of=as_of, run_id=run_id)
    if superseded:
        report(f"{superseded} deliveries are superseded: later ones have replaced all of them")
    if missing:
        report(f"{missing:,} known keys are not in the newest full dump; see qc_missing_from_full_dump")
    for each in evaluated:
        if each.finding.state_code != "on_time":
            report(each.sentence)
