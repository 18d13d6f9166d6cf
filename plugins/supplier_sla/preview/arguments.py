"""What scripts/preview_change takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.settings import DATABASE_URL_VARIABLE, DEFAULT_HOME


def preview_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/preview_change",
        description="Show what changed calendars, contracts and other register files would touch before any night runs"
        " with them: tickets, measurements, months and ledger lines. Changes nothing.",
    )
    parser.add_argument(
        "folder", metavar="FOLDER", help="folder with the changed export files, as for a landing folder"
    )
    parser.add_argument("--list", action="store_true", help="name every ticket")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language (default: %(default)s)")
    parser.add_argument("--home", metavar="DIR", default=str(DEFAULT_HOME), help="all state (default: %(default)s)")
    parser.add_argument(
        "--database-url", metavar="URL",
        help="administrator's address of the warehouse, as for scripts/nightly (default: the embedded server below the"
        f" home folder; {DATABASE_URL_VARIABLE} keeps the password off the command line)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    preview_parser().parse_args()
