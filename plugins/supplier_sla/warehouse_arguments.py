"""Options that every command on a warehouse has. Needs nothing but Python: --help comes before the environment."""

from __future__ import annotations

import argparse

from supplier_sla.settings import DATABASE_URL_VARIABLE, DEFAULT_HOME


def add_warehouse_arguments(parser: argparse.ArgumentParser, *, login: str) -> None:
    """`--home` and `--database-url`; `login` names whose address it must be."""
    parser.add_argument("--home", metavar="DIR", default=str(DEFAULT_HOME), help="all state (default: %(default)s)")
    parser.add_argument(
        "--database-url", metavar="URL",
        help=f"address of the warehouse for {login}, as for scripts/nightly (default: the embedded server below the"
        f" home folder; {DATABASE_URL_VARIABLE} keeps the password off the command line)",
    )  # fmt: skip


def add_language_argument(parser: argparse.ArgumentParser) -> None:
    """`--lang`."""
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language (default: %(default)s)")
