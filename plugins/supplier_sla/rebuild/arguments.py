"""What scripts/rebuild takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def rebuild_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/rebuild",
        description="Build the night that was in force at a past instant again, from raw alone and beside what readers"
        " see, and compare its penalties, counts and scores with the hashes recorded when it was published, the ledger"
        " with what it owes, and each row of raw with the hash it was loaded with. Exit status 0: all agree; 1: not, or"
        " it cannot be told.",
    )
    parser.add_argument("--as-of", metavar="INSTANT", required=True, help="such as 2026-02-10T22:54:00Z")
    parser.add_argument("--keep", action="store_true", help="leave the tables in schema marts_rebuild to look at")
    add_warehouse_arguments(parser, login="its administrator or the transformer")
    return parser


if __name__ == "__main__":
    rebuild_parser().parse_args()
