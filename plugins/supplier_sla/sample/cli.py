"""Command line of the sample generator."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.sample.generate import SampleResult, generate
from supplier_sla.sample.options import SampleOptions

DESCRIPTION = """\
Write the exports of a made-up company: suppliers, contracts, calendars, service levels, penalty terms, fees, tickets
with their histories and survey answers, exclusions, the papers of the year with the suppliers (complaints, rules of
notices, disputes, plans, assessments, decisions), one supplier's tickets in the city's shape, and a few deliberately
bad rows and files. The same options always give the same bytes."""

EPILOG = """\
Load what it wrote with:  scripts/nightly --landing DIR --as-of AS_OF   (AS_OF is printed on the last line)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments, write the sample, print one line per file; exit status 2 when an option is wrong."""
    options_given = _parser().parse_args(arguments)
    try:
        options = SampleOptions(
            out=options_given.out,
            seed=options_given.seed,
            suppliers=options_given.suppliers,
            contracts_per_supplier=options_given.contracts_per_supplier,
            tickets_per_month=options_given.tickets_per_month,
            months=options_given.months,
            first_month=options_given.first_month,
            bad_row_share=options_given.bad_row_share,
            bad_files=not options_given.no_bad_files,
        )
        result = generate(options)
    except SupplierSlaError as error:
        print(f"generate_exports: {error}", file=sys.stderr)
        return 2
    _print_result(result)
    _warn_of_other_files(options.out, result)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="generate_exports",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = SampleOptions(out=Path())
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write into, made if missing")
    for option, value, help_text in (
        ("--seed", default.seed, "another seed gives another company of the same kind"),
        ("--suppliers", default.suppliers, "number of suppliers, the one in the city's shape included; at least 2"),
        ("--contracts-per-supplier", default.contracts_per_supplier, "1 to 9; the city-shaped one always has one"),
        ("--tickets-per-month", default.tickets_per_month, "tickets of the whole company in each month"),
        ("--months", default.months, "number of months"),
    ):
        parser.add_argument(option, type=int, default=value, metavar="N", help=f"{help_text} (default {value})")
    parser.add_argument(
        "--first-month",
        default=default.first_month,
        metavar="YYYY-MM",
        help=f"first month of tickets (default {default.first_month})",
    )
    parser.add_argument(
        "--bad-row-share",
        type=_decimal,
        default=default.bad_row_share,
        metavar="SHARE",
        help="damaged rows added per good row of tickets, events and survey answers, at least one of each kind; "
        f"0 for none (default {default.bad_row_share})",
    )
    parser.add_argument("--no-bad-files", action="store_true", help="leave out the files that must be refused")
    return parser


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"expected a number such as 0.005, found {text!r}") from None


def _print_result(result: SampleResult) -> None:
    for file in result.files:
        remarks = [f"{file.bad_rows} bad"] if file.bad_rows else []
        remarks += [file.note] if file.note else []
        remark = f"  ({', '.join(remarks)})" if remarks else ""
        print(f"{file.name}: {file.rows} rows{remark}")
    bad_rows = sum(sum(kinds.values()) for kinds in result.bad_rows.values())
    print(
        f"{result.tickets} tickets in {len(result.files)} files; bad rows {bad_rows}, bad files {len(result.bad_files)}"
    )
    print(f"recommended --as-of {result.as_of:%Y-%m-%dT%H:%M:%SZ}")


def _warn_of_other_files(directory: Path, result: SampleResult) -> None:
    written = {file.name for file in result.files}
    others = sorted(path.name for path in directory.iterdir() if path.name not in written)
    if others:
        print(
            f"generate_exports: {directory} also holds {len(others)} other files, such as {others[0]}; "
            "a night on this folder reads them too",
            file=sys.stderr,
        )
