"""What scripts/check_ledger takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def check_ledger_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/check_ledger",
        description="Check the whole ledger: every hash from the first line on, what every night found at its end,"
        " every line's place under its key, and that the sums are what the published night owes. Changes nothing.",
        epilog="Exit status: 0 all of it holds; 1 something does not, and is listed; 2 it could not be checked.",
    )
    add_warehouse_arguments(parser, login="the transformer or an administrator")
    return parser


if __name__ == "__main__":
    check_ledger_parser().parse_args()
