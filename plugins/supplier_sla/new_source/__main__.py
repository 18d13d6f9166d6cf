"""`scripts/new_source FILE`: the proposal on standard output, what is left to do on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from supplier_sla.errors import SupplierSlaError
from supplier_sla.new_source.arguments import new_source_parser
from supplier_sla.new_source.proposal import propose
from supplier_sla.terminal import harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and print the proposal; exit status 2 when the file or the name cannot be used."""
    given = new_source_parser().parse_args(arguments)
    try:
        proposal = propose(given.file, name=given.name)
    except SupplierSlaError as error:
        print(f"new_source: {harmless(str(error))}", file=sys.stderr)
        return 2
    print(proposal.text, end="")
    print(harmless(proposal.sentence), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
