"""What scripts/retention takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.settings import DATABASE_URL_VARIABLE, DEFAULT_HOME


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
    parser.add_argument("--home", metavar="DIR", default=str(DEFAULT_HOME), help="all state (default: %(default)s)")
    parser.add_argument(
        "--database-url", metavar="URL",
        help="administrator's address of the warehouse, as for scripts/nightly (default: the embedded server below the"
        f" home folder; {DATABASE_URL_VARIABLE} keeps the password off the command line)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    retention_parser().parse_args()
