"""scripts/rebuild: a past night, built again and compared."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant
from supplier_sla.published import warehouse_url
from supplier_sla.rebuild.arguments import rebuild_parser
from supplier_sla.rebuild.rebuild import rebuild
from supplier_sla.rebuild.text import rebuild_lines
from supplier_sla.terminal import harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; 1 when something differs, or with one line on stderr when nothing can be said."""
    options = rebuild_parser().parse_args(arguments)
    home = Path(options.home).expanduser().resolve()
    try:
        found = rebuild(
            warehouse_url(home, options.database_url), home, as_of=parse_instant(options.as_of), keep=options.keep
        )
    except SupplierSlaError as error:
        print(f"rebuild: {harmless(str(error))}", file=sys.stderr)
        return 1
    print("\n".join(rebuild_lines(found)))
    return 0 if found.agrees else 1


if __name__ == "__main__":
    sys.exit(main())
