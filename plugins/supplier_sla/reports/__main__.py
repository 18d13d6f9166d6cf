"""scripts/report: a report as a file, or on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.published import warehouse_url
from supplier_sla.reports.arguments import report_parser
from supplier_sla.reports.definition import load_report, report_names
from supplier_sla.reports.files import must_be_writable, write_file, written
from supplier_sla.reports.period import period_of
from supplier_sla.reports.table import Table, read_table
from supplier_sla.terminal import aligned, harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report; 1 with one line on stderr when that cannot be done."""
    options = report_parser().parse_args(arguments)
    try:
        if options.name is None:
            print("\n".join(aligned([[name, load_report(name).titles[options.lang]] for name in report_names()])))
            return 0
        report = load_report(options.name)
        period = period_of(options.period) if options.period else None
        out = Path(options.out).expanduser() if options.out else None
        if out is not None:
            must_be_writable(out)
        url = warehouse_url(Path(options.home).expanduser().resolve(), options.database_url)
        table = read_table(url, report, language=options.lang, period=period, supplier_id=options.supplier)
        if out is None:
            print("\n".join(_lines(table)))
        else:
            write_file(out, written(table, out))
            print(harmless(f"{out}: {len(table.lines)} lines"))
    except SupplierSlaError as error:
        print(f"report: {harmless(str(error))}", file=sys.stderr)
        return 1
    return 0


def _lines(table: Table) -> list[str]:
    cells = [["" if cell is None else str(cell) for cell in line] for line in table.lines]
    return [harmless(table.title), *aligned([table.headings, *cells])]


if __name__ == "__main__":
    sys.exit(main())
