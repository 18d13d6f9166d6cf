"""What scripts/supplier_archive takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def supplier_archive_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/supplier_archive",
        description="Put everything the published night holds of one supplier into one ZIP file: its dated record,"
        " every readers' table with its rows, the letters as they were sent, the deliveries they rest on, a table of"
        " contents and the SHA-256 of each member. The same night gives the same bytes. The warehouse stays as it is.",
        epilog="Exit status: 0 written, or checked and sound; 1 a checked archive is not what its manifest says;"
        " 2 it could not be written or read.",
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("supplier", nargs="?", metavar="SUPPLIER", help="supplier_id, as in the register")
    task.add_argument("--check", metavar="FILE", help="compare an archive with its own manifest")
    parser.add_argument("--out", metavar="FILE", help="the archive (default: supplier_record_SUPPLIER.zip)")
    add_warehouse_arguments(parser, login="the transformer or an administrator")
    return parser


if __name__ == "__main__":
    supplier_archive_parser().parse_args()
