"""What scripts/new_source takes. Needs nothing but Python, so that --help answers before the environment is made."""

from __future__ import annotations

import argparse
from pathlib import Path


def new_source_parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="scripts/new_source",
        description="Read the beginning of an export of an unknown tool and print a source profile to start from: YAML"
        " with comments. What a person has to decide stands there as TODO: the profile does not load before. Nothing is"
        " written and nothing is loaded.",
        epilog="Save it as plugins/supplier_sla/source_profiles/NAME.yml; docs/source_profiles.md explains it.",
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="CSV, TSV, JSON, JSON Lines, XLSX, Parquet; gzip or zip"
    )
    parser.add_argument("--name", metavar="NAME", help="name of the profile (default: from the name of the file)")
    return parser


if __name__ == "__main__":
    new_source_parser().parse_args()
