"""What scripts/preview_change takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_language_argument, add_warehouse_arguments


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
    add_language_argument(parser)
    add_warehouse_arguments(parser, login="its administrator")
    return parser


if __name__ == "__main__":
    preview_parser().parse_args()
