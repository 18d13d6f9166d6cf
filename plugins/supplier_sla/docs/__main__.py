"""`python -m supplier_sla.docs [--check]`: write the generated pages of docs/, or say which is out of date."""

from __future__ import annotations

import argparse
import sys

from supplier_sla.docs.pages import stale_pages, write_pages
from supplier_sla.errors import SupplierSlaError

COMMAND = "python -m supplier_sla.docs"


def main(arguments: list[str] | None = None) -> int:
    """0 when the pages are (now) up to date, else 1 and one line per problem."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is out of date")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            for name in write_pages():
                print(f"docs/{name}: written")
            return 0
        stale = stale_pages()
    except SupplierSlaError as error:
        print(error, file=sys.stderr)
        return 1
    for name in stale:
        print(f"docs/{name}: expected what its sources say, found an older text; next: run {COMMAND}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
