"""What scripts/explain takes. Needs nothing but Python, so that --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.settings import DATABASE_URL_VARIABLE, DEFAULT_HOME


def explain_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/explain",
        description="Print the dossier of one ticket as the published night knows it: the rows it came in, its history,"
        " each second of its clocks, who answers, and the penalty lines it is evidence of.",
    )
    parser.add_argument("ticket", metavar="TICKET", help="ticket number, or SOURCE/NUMBER where several tools have it")
    parser.add_argument("--level", metavar="ID", help="this service level only")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language (default: %(default)s)")
    parser.add_argument(
        "--zone", metavar="ZONE", help="IANA zone in which instants are shown (default: that of the contract)"
    )
    parser.add_argument("--home", metavar="DIR", default=str(DEFAULT_HOME), help="all state (default: %(default)s)")
    parser.add_argument(
        "--database-url", metavar="URL",
        help="address of the warehouse for its administrator or the role transformer, as for scripts/nightly"
        f" (default: the embedded server below the home folder; {DATABASE_URL_VARIABLE} keeps the password off the"
        " command line)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    explain_parser().parse_args()
