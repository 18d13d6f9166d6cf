"""`python -m supplier_sla.sample --out DIR`."""

from __future__ import annotations

import sys

from supplier_sla.sample.cli import main

if __name__ == "__main__":
    sys.exit(main())
