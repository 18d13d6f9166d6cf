"""scripts/supplier_archive: the record of one supplier as one file, or the check of such a file."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from supplier_sla.archive.arguments import supplier_archive_parser
from supplier_sla.archive.checking import differences
from supplier_sla.archive.writing import write_archive
from supplier_sla.errors import SupplierSlaError
from supplier_sla.published import reading, warehouse_url
from supplier_sla.terminal import harmless

SOUND, DIFFERS, NOT_DONE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; see the epilog of the options for the status."""
    options = supplier_archive_parser().parse_args(arguments)
    try:
        if options.check:
            return _check(Path(options.check))
        path = Path(options.out or default_name(options.supplier)).expanduser().resolve()
        url = warehouse_url(Path(options.home).expanduser().resolve(), options.database_url)
        with reading(url, application_name="supplier_sla_archive") as cursor:
            sha256 = write_archive(cursor, options.supplier, path)
    except SupplierSlaError as error:
        print(f"supplier_archive: {harmless(str(error))}", file=sys.stderr)
        return NOT_DONE
    print(f"{harmless(str(path))}\nmanifest SHA-256 {sha256}")
    return SOUND


def default_name(supplier_id: str) -> str:
    """A file name whatever the identifier holds; it never leaves the folder."""
    return f"supplier_record_{re.sub(r'[^A-Za-z0-9_-]', '_', supplier_id)}.zip"


def _check(path: Path) -> int:
    sha256, problems = differences(path)
    for problem in problems:
        print(harmless(problem))
    print(f"{'differs from' if problems else 'is as'} its manifest, SHA-256 {sha256}")
    return DIFFERS if problems else SOUND


if __name__ == "__main__":
    sys.exit(main())
