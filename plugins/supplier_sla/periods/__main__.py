"""scripts/close_period: closes a month, or says what keeps it open."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant
from supplier_sla.periods.arguments import close_period_parser
from supplier_sla.periods.close import ClosedPeriod, close_period
from supplier_sla.periods.finance_zone import parse_month
from supplier_sla.periods.totals import AccrualTotal, accrual_totals
from supplier_sla.published import act_as, warehouse_url
from supplier_sla.terminal import aligned, harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was sealed; 1 with one line on stderr when the month stays open or its seal is broken."""
    options = close_period_parser().parse_args(arguments)
    try:
        month = parse_month(options.month)
        as_of = parse_instant(options.as_of) if options.as_of else None
        url = warehouse_url(Path(options.home).expanduser().resolve(), options.database_url)
        with session(url, application_name="supplier_sla_close_period") as connection:
            closed = close_period(connection, month, as_of=as_of)
            with connection, connection.cursor() as cursor:
                act_as(cursor, "transformer")
                accruals = accrual_totals(cursor, month)
    except SupplierSlaError as error:
        print(f"close_period: {harmless(str(error))}", file=sys.stderr)
        return 1
    print("\n".join(lines_of(closed, accruals)))
    return 0


def lines_of(closed: ClosedPeriod, accruals: Sequence[AccrualTotal]) -> Iterator[str]:
    """The report on the terminal."""
    seal = closed.seal
    done = "closed" if closed.is_new else "was closed already, and ledger and seal agree"
    yield f"accounting period {seal.accounting_period:%Y-%m} {done}"
    yield f"  as of {seal.as_of.isoformat()}, publication {seal.publication_id}"
    yield f"  ledger lines {seal.line_count:,}, last line up to it {seal.last_line_number or 'none'}"
    if closed.booked.totals:
        rows = [[total.currency_code, f"{total.line_count:,}", f"{total.amount:,}"] for total in closed.booked.totals]
        yield from aligned([["currency", "lines", "booked"], *rows], right=(1, 2), indent="  ")
    if accruals:
        rows = [
            [one.currency_code, f"{one.row_count:,}", *(f"{amount:,}" for amount in one.amounts)] for one in accruals
        ]
        header = ["currency", "rows", "accrued", "at least", "at most"]
        yield from aligned([header, *rows], right=(1, 2, 3, 4), indent="  ")
    yield f"  sha256 {closed.content_sha256}"


if __name__ == "__main__":
    sys.exit(main())
