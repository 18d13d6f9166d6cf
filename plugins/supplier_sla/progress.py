"""One line of progress: to the console of the night, if there is one, and to the log."""

from __future__ import annotations

import contextlib
import logging
import os

PROGRESS_FD = "SUPPLIER_SLA_PROGRESS_FD"

log = logging.getLogger("supplier_sla")


def say(line: str) -> None:
    """Say `line` where a person watches. Under a scheduler that is the task's log."""
    descriptor = os.environ.get(PROGRESS_FD)
    if descriptor:
        # Whoever watched may have gone (`scripts/nightly | head`); the night goes on.
        with contextlib.suppress(OSError):
            os.write(int(descriptor), f"{line}\n".encode())
    log.info(line)
