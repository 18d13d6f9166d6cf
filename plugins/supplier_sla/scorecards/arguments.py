"""What scripts/publish_scorecards takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def publish_scorecards_parser() -> argparse.ArgumentParser:
    """The options, with their defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/publish_scorecards",
        description="Freeze supplier scorecards of the last published night: a frozen card never changes, a revision is"
        " a version of its own with a reason. Exit status 0: done; 1: not, with one line why, or --check found"
        " something.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--period", metavar="PERIOD", help="a month 2026-03, quarter 2026-Q1 or year 2026 that has ended")
    what.add_argument(
        "--due", action="store_true", help="every card whose day has come (publish_after_days of scorecard_terms)"
    )
    what.add_argument("--check", action="store_true", help="compute the hashes of all frozen cards; changes nothing")
    parser.add_argument("--supplier", metavar="ID", help="with --period: the card of this supplier only")
    parser.add_argument(
        "--revise", metavar="REASON", help="with --period: a new version of frozen cards that now say something else"
    )
    parser.add_argument(
        "--as-of", metavar="INSTANT", help="instant of the freezing (default: that of the last publication)"
    )
    add_warehouse_arguments(parser, login="its administrator or the transformer")
    return parser


if __name__ == "__main__":
    publish_scorecards_parser().parse_args()
