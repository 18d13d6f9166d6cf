"""What scripts/report takes. Needs nothing but Python, so that --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_language_argument, add_warehouse_arguments


def report_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/report",
        description="Write a report of the published night as CSV or XLSX, with the rights of a reader. Without NAME"
        " the reports are listed; without --out the lines are printed.",
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="report, e.g. completion")
    parser.add_argument("--period", metavar="PERIOD", help="2026-W10, 2026-03, 2026-Q1 or 2026 (default: all)")
    parser.add_argument("--supplier", metavar="ID", help="this supplier only")
    parser.add_argument("--out", metavar="FILE", help="FILE.csv or FILE.xlsx; a file of that name is replaced")
    add_language_argument(parser)
    add_warehouse_arguments(parser, login="its administrator or the role bi_reader")
    return parser


if __name__ == "__main__":
    report_parser().parse_args()
