"""What scripts/explain takes. Needs nothing but Python, so that --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_language_argument, add_warehouse_arguments


def explain_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/explain",
        description="Print the dossier of one ticket as the published night knows it: the rows it came in, its history,"
        " each second of its clocks, who answers, and the penalty lines it is evidence of.",
    )
    parser.add_argument("ticket", metavar="TICKET", help="ticket number, or SOURCE/NUMBER where several tools have it")
    parser.add_argument("--level", metavar="ID", help="this service level only")
    add_language_argument(parser)
    parser.add_argument(
        "--zone", metavar="ZONE", help="IANA zone in which instants are shown (default: that of the contract)"
    )
    add_warehouse_arguments(parser, login="its administrator or the role transformer")
    return parser


if __name__ == "__main__":
    explain_parser().parse_args()
