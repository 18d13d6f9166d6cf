"""scripts/preview_change: what a folder of register files would touch, on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from supplier_sla.bilingual import Words
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.personal.values import PersonalData
from supplier_sla.preview.arguments import preview_parser
from supplier_sla.preview.preview import preview_change
from supplier_sla.preview.text import WORDS, preview_lines
from supplier_sla.published import published_labels, reading, warehouse_url
from supplier_sla.terminal import harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the preview; 1 with one line on stderr when there is none."""
    options = preview_parser().parse_args(arguments)
    folder = Path(options.folder).expanduser().resolve()
    try:
        home = Path(options.home).expanduser().resolve()
        url = warehouse_url(home, options.database_url)
        preview = preview_change(url, folder, personal=PersonalData.from_environment(home))
        with reading(url, application_name="supplier_sla_preview") as cursor:
            words = Words.of(WORDS, options.lang, published_labels(cursor, options.lang))
    except SupplierSlaError as error:
        print(f"preview_change: {harmless(str(error))}", file=sys.stderr)
        return 1
    lines = preview_lines(preview, words, folder=options.folder, is_listing=options.list)
    print("\n".join(map(harmless, lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
