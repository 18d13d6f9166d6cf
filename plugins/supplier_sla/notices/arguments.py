"""What scripts/notices takes. Needs nothing but Python: --help answers before the environment is made."""

from __future__ import annotations

import argparse

from supplier_sla.warehouse_arguments import add_warehouse_arguments


def notices_parser() -> argparse.ArgumentParser:
    """The four commands and their options, with the defaults where these are fixed."""
    parser = argparse.ArgumentParser(
        prog="scripts/notices",
        description="Reminders, warnings and formal notices to suppliers: what was issued and mailed, and what is due.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listed = commands.add_parser("list", help="issued notices with what became of their mails, and how much is due")
    _add_supplier(listed)
    shown = commands.add_parser("show", help="the letter of a notice as text, its hashes, addresses and attempts")
    _add_number(shown)
    issued = commands.add_parser(
        "issue",
        help="issue what the published night says is due, and write the letters",
        description="Give every due notice its number and write its letter to the outbox, as the DAG"
        " issue_supplier_notices does. Changes `governance` and the outbox; mails nothing.",
    )
    issued.add_argument("--outbox", metavar="DIR", help="where letters go (default: `outbox` below the home folder)")
    issued.add_argument(
        "--limit", metavar="N", type=int,
        help="most notices to issue; with more due none is (default: SUPPLIER_SLA_NOTICE_LIMIT, else 200)",
    )  # fmt: skip
    again = commands.add_parser(
        "resend",
        help="have mails that are uncertain or refused tried once more by the next sending",
        description="The supplier may get the letter a second time: look first whether it arrived. Who asked is kept.",
    )
    _add_number(again)
    again.add_argument("--address", metavar="ADDRESS", help="this address only")
    again.add_argument("--by", metavar="NAME", help="who asks (default: the login of this machine)")
    for command in (listed, shown, issued, again):
        add_warehouse_arguments(command, login="its administrator or the transformer")
    return parser


def _add_number(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMBER", type=int, help="number on the letter")


def _add_supplier(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--supplier", metavar="ID", help="this supplier only")


if __name__ == "__main__":
    notices_parser().parse_args()
