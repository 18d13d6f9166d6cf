"""What scripts/quarantine takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_language_argument, add_warehouse_arguments

MOST_SHOWN = 200


def quarantine_parser() -> argparse.ArgumentParser:
    """The three commands and their options, with the defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/quarantine",
        description="Rows that were kept out at the landing door: list them, show one whole, or read their files again"
        " after a source profile, a file contract or a limit was mended.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_list(commands.add_parser("list", help="problems, and files refused as a whole", description=_LIST))
    show = commands.add_parser("show", help="one problem with its whole record")
    show.add_argument("quarantine_id", metavar="ID", type=int, help="number that `list` shows")
    _add_common(show)
    _add_reread(commands.add_parser("reread", help="read files again and load what is good now", description=_REREAD))
    return parser


_LIST = "Problems of rows that were kept out, newest delivery first, and files that were refused as a whole."
_REREAD = (
    "Reads the files of deliveries that were refused or have bad rows again, by the profiles and contracts of today."
    " Rows that are good now load as part of a new delivery that names the old one; the next night judges it and builds"
    " with it. Rows that were loaded before, or that the source has stated anew since, stay as they are."
)


def _add_list(parser: argparse.ArgumentParser) -> None:
    _add_selection(parser)
    parser.add_argument("--reason", metavar="CODE", help="kind of problem, such as wrong_type")
    parser.add_argument("--open", action="store_true", help="only what no later delivery has mended")
    parser.add_argument("--since", metavar="TIMESTAMP", help="deliveries of nights as of this instant or later")
    parser.add_argument("--csv", action="store_true", help="all of them as CSV, with every column")
    _add_common(parser)


def _add_reread(parser: argparse.ArgumentParser) -> None:
    _add_selection(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would load, and change nothing")
    parser.add_argument(
        "--landing", metavar="DIR", action="append",
        help="folder in which the files lie now; may be given several times (default: SUPPLIER_SLA_LANDING, else the"
        " sample of the home folder)",
    )  # fmt: skip
    parser.add_argument("--as-of", metavar="TIMESTAMP", help="instant as of which rows load (default: now)")
    _add_common(parser)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--delivery", metavar="N", type=int, help="this delivery only")
    parser.add_argument("--source", metavar="PROFILE", help="deliveries that this source profile reads")
    parser.add_argument("--entity", metavar="NAME", help="deliveries of this entity of docs/exports.md")


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_language_argument(parser)
    add_warehouse_arguments(parser, login="its administrator or the role loader")


if __name__ == "__main__":
    quarantine_parser().parse_args()
