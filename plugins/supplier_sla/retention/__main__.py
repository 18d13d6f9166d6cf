"""scripts/retention: what is older than the policy allows, on the terminal; with --apply it is emptied."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant
from supplier_sla.published import warehouse_url
from supplier_sla.retention.arguments import retention_parser
from supplier_sla.retention.policy import POLICY_FILE, read_policy
from supplier_sla.retention.retain import HOLD_REASONS, RetentionResult, retain
from supplier_sla.terminal import aligned, harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is emptied; 1 with one line on stderr when nothing can be said."""
    options = retention_parser().parse_args(arguments)
    home = Path(options.home).expanduser().resolve()
    policy_file = Path(options.policy).expanduser() if options.policy else home / POLICY_FILE
    try:
        result = retain(
            warehouse_url(home, options.database_url),
            read_policy(policy_file),
            as_of=parse_instant(options.as_of) if options.as_of else None,
            done_by=options.by or getpass.getuser(),
            is_applied=options.apply,
        )
    except SupplierSlaError as error:
        print(f"retention: {harmless(str(error))}", file=sys.stderr)
        return 1
    print("\n".join(_lines(result, is_applied=options.apply)))
    return 0


def _lines(result: RetentionResult, *, is_applied: bool) -> Iterator[str]:
    yield f"retention as of {result.as_of.isoformat()}{'' if is_applied else ' (dry run, nothing is changed)'}"
    header = ["entity", "at rest since before", "emptied" if is_applied else "to empty"]
    rows = [
        [one.entity, one.limit_at.date().isoformat(), f"{one.rows:,}", *(f"{one.held[why]:,}" for why in HOLD_REASONS)]
        for one in result.emptied
    ]
    yield from aligned([[*header, *(f"held: {why}" for why in HOLD_REASONS)], *rows], right=(2, 3, 4, 5), indent="  ")
    if is_applied and result.rows:
        yield "the marts show the values until the next night, the slot behind them until the night after it"
    yield "delivered files and backups keep their values: remove those in the landing folder and its archive yourself"


if __name__ == "__main__":
    sys.exit(main())
