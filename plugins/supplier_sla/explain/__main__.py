"""scripts/explain: the dossier of one ticket on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.explain.arguments import explain_parser
from supplier_sla.explain.dossier import read_dossier
from supplier_sla.explain.moments import zone_of
from supplier_sla.explain.text import dossier_lines
from supplier_sla.explain.vocabulary import dossier_words
from supplier_sla.published import reading, warehouse_url
from supplier_sla.terminal import harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the dossier; 1 with one line on stderr when there is none."""
    options = explain_parser().parse_args(arguments)
    try:
        zone = zone_of(options.zone) if options.zone else None
        url = warehouse_url(Path(options.home).expanduser().resolve(), options.database_url)
        with reading(url, application_name="supplier_sla_explain") as cursor:
            dossier = read_dossier(cursor, options.ticket, options.level)
            words = dossier_words(cursor, options.lang)
        lines = dossier_lines(dossier, words, zone)
    except SupplierSlaError as error:
        print(f"explain: {harmless(str(error))}", file=sys.stderr)
        return 1
    # What a ticket says must not steer the terminal that shows it.
    print("\n".join(map(harmless, lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
