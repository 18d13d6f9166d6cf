"""Lands one folder in a process of its own, so that its memory can be measured: `python -m benchmarks.load_process`.

Prints seconds, CPU seconds and the highest resident memory as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.company import AS_OF
from supplier_sla.landing import land_exports

KIBIBYTE = 1024


def main() -> int:
    """Standard input gives the loader's address and the folder, one a line; an address has a password in it."""
    loader_url, folder = sys.stdin.read().splitlines()
    memory_before = _highest_memory_bytes()
    started = time.monotonic()
    report = land_exports(loader_url, Path(folder), as_of=AS_OF, run_id="benchmark load")
    seconds = time.monotonic() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    (outcome,) = report.outcomes
    print(
        json.dumps(
            {
                "wall_seconds": seconds,
                "client_cpu_seconds": usage.ru_utime + usage.ru_stime,
                "memory_bytes": _highest_memory_bytes(),
                "memory_before_bytes": memory_before,
                "delivery_id": outcome.delivery_id,
                "rows_loaded": outcome.counts.rows_loaded,
            }
        )
    )
    return 0


def _highest_memory_bytes() -> int:
    """As Linux counts it, in kibibytes. getrusage would not do: it inherits the memory of whoever started us."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * KIBIBYTE


if __name__ == "__main__":
    sys.exit(main())
