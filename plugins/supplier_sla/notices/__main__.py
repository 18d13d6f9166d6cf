"""scripts/notices: issued notices on the terminal, and the two things a person may do with them."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.notices.arguments import notices_parser
from supplier_sla.notices.dispatch import ask_again
from supplier_sla.notices.issue import issue_notices
from supplier_sla.notices.limit import notice_limit
from supplier_sla.notices.proof import Notice, due_counts, issued_notices, proof_of
from supplier_sla.published import reading, warehouse_url
from supplier_sla.terminal import aligned, harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says; 1 with one line on stderr when it cannot be done."""
    options = notices_parser().parse_args(arguments)
    try:
        home = Path(options.home).expanduser().resolve()
        url = warehouse_url(home, options.database_url)
        if options.command in ("list", "show"):
            lines = list(_list(url, options.supplier) if options.command == "list" else _show(url, options.number))
        else:
            with session(url, application_name="supplier_sla_notices") as connection:
                do = _issue if options.command == "issue" else _resend
                lines = list(do(connection, options, home))
    except SupplierSlaError as error:
        print(f"notices: {harmless(str(error))}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _list(url: str, supplier_id: str | None) -> Iterator[str]:
    with reading(url, application_name="supplier_sla_notices") as cursor:
        notices = issued_notices(cursor, supplier_id)
        due = due_counts(cursor)
    yield f"{len(notices)} notices issued"
    header = ["number", "date", "supplier", "kind", "trigger", "mail", "subject"]
    if notices:
        yield from aligned([header, *(_row(notice) for notice in notices)], right=(0,), indent="  ")
    for status, count in due:
        yield f"  not issued, {status}: {count}"


def _row(notice: Notice) -> list[str]:
    return [
        str(notice.number), notice.letter_date.isoformat(), notice.supplier_id, notice.notice_kind,
        notice.trigger_code, notice.mail_status, notice.subject,
    ]  # fmt: skip


def _show(url: str, number: int) -> Iterator[str]:
    with reading(url, application_name="supplier_sla_notices") as cursor:
        proof = proof_of(cursor, number)
    yield from (harmless(line) for line in proof.text.splitlines())
    yield ""
    yield f"issued as of {proof.issued_at.isoformat()}, recorded {proof.recorded_at.isoformat()}"
    yield f"may leave from {proof.not_before_at.isoformat()} on"
    for name, digest in proof.hashes:
        yield f"sha256 {digest}  {name}"
    yield from aligned([["address", "copy", "attempt", "outcome", "when", "message id", "answer"], *proof.attempts])


def _issue(connection: Connection, options: argparse.Namespace, home: Path) -> Iterator[str]:
    outbox = Path(options.outbox).expanduser().resolve() if options.outbox else home / "outbox"
    limit = notice_limit() if options.limit is None else options.limit
    issued = issue_notices(connection, outbox=outbox, limit=limit)
    yield f"{len(issued.numbers)} notices issued, {len(issued.written)} files written"
    yield from (f"  {path}" for path in issued.written)


def _resend(connection: Connection, options: argparse.Namespace, home: Path) -> Iterator[str]:
    addresses = ask_again(connection, options.number, address=options.address, by=options.by or getpass.getuser())
    yield f"notice {options.number} is tried once more by the next sending: {harmless('; '.join(addresses))}"


if __name__ == "__main__":
    sys.exit(main())
