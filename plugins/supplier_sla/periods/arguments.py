"""What scripts/close_period takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def close_period_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/close_period",
        description="Close an accounting period and everything before it: store the accrual with its range, seal the"
        " ledger lines with counts, sums and a hash. Later lines go to the next open period. A month that is closed"
        " already is checked against its seal. Exit status 0: it is closed.",
    )
    parser.add_argument("month", metavar="YYYY-MM", help="the month, in finance's time zone")
    parser.add_argument(
        "--as-of", metavar="INSTANT", help="instant for which it is closed (default: that of the last publication)"
    )
    add_warehouse_arguments(parser, login="its administrator or the transformer")
    return parser


if __name__ == "__main__":
    close_period_parser().parse_args()
