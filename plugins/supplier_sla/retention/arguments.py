"""What scripts/retention takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def retention_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/retention",
        description="Empty the personal values of rows that are older than retention.yml allows, unless their ticket is"
        " open, disputed or evidence of a ledger line. Shows what it would do unless --apply is given.",
    )
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--dry-run", action="store_true", help="change nothing (the default)")
    doing.add_argument("--apply", action="store_true", help="do it, and write it into ops.retention")
    parser.add_argument(
        "--as-of", metavar="INSTANT", help="from which the months count back (default: that of the last publication)"
    )
    parser.add_argument("--policy", metavar="FILE", help="default: retention.yml in the home folder")
    parser.add_argument("--by", metavar="NAME", help="who does it, for the log (default: the name of your login)")
    add_warehouse_arguments(parser, login="its administrator")
    return parser


if __name__ == "__main__":
    retention_parser().parse_args()
