"""What scripts/nightly takes. Needs nothing but Python, so that --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.settings import DATABASE_URL_VARIABLE, DEFAULT_HOME


def nightly_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/nightly",
        description="Run one night: land the exports, build, check and publish the marts, hand penalties to finance.",
        epilog="Exit status 0 only when the night was published. Without options it takes a generated sample company.",
    )
    parser.add_argument("--landing", metavar="DIR", help="folder with the exports (default: a generated sample)")
    parser.add_argument(
        "--as-of",
        metavar="TIMESTAMP",
        help="instant for which the night is computed, ISO 8601 with offset, e.g. 2026-02-10T22:54:00Z"
        " (default: now; for the sample the night after its last month)",
    )
    parser.add_argument("--home", metavar="DIR", default=str(DEFAULT_HOME), help="all state (default: %(default)s)")
    parser.add_argument(
        "--database-url", metavar="URL",
        help="administrator's address of a PostgreSQL 16+ database, postgresql://user:password@host:port/database"
        " (default: an embedded server below the home folder;"
        f" {DATABASE_URL_VARIABLE} keeps the password off the command line)",
    )  # fmt: skip
    parser.add_argument("--outbox", metavar="DIR", help="folder for the extracts (default: outbox below --home)")
    parser.add_argument("--force", action="store_true", help="build and publish although nothing is new")
    parser.add_argument(
        "--full-refresh",
        action="store_true",
        help="the same, and build every table anew instead of changing what changed since the slot's last build",
    )
    return parser


if __name__ == "__main__":
    nightly_parser().parse_args()
