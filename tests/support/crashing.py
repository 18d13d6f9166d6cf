"""Work in a process of its own that is killed before a chosen step of its talk with the database."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing import land_exports

NEVER = 1_000_000


def land_until(
    url: str, landing: Path, as_of: datetime, *, step: int = NEVER, crash: Callable[[], None] | None = None
) -> int:
    """Land the folder in a fork, as `run_until` does."""
    return run_until(
        lambda: land_exports(url, landing, as_of=as_of, run_id="crashing"),
        step=step,
        crash=crash,
    )


def run_until(work: Callable[[], object], *, step: int = NEVER, crash: Callable[[], None] | None = None) -> int:
    """Work in a fork; before its statement or commit number `step` comes `crash` (default: SIGKILL itself).

    Returns how the process ended: 0, -SIGKILL, or 1 after an error.
    """
    process = os.fork()
    if process == 0:
        try:
            _count_steps(step, crash or (lambda: os.kill(os.getpid(), signal.SIGKILL)))
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def _count_steps(crash_before: int, crash: Callable[[], None]) -> None:
    """Every connection made from now on counts its statements and commits."""
    steps = iter(range(crash_before + 1))

    def take_step() -> None:
        if next(steps, None) == crash_before:
            crash()

    class CountingCursor(Cursor):
        def execute(self, *arguments: Any, **options: Any) -> None:
            take_step()
            super().execute(*arguments, **options)

        def copy_expert(self, *arguments: Any, **options: Any) -> None:
            take_step()
            super().copy_expert(*arguments, **options)

    class CountingConnection(Connection):
        def commit(self) -> None:
            take_step()
            super().commit()

    right = psycopg2.connect

    def connect(*arguments: Any, **options: Any) -> Any:
        return right(*arguments, **options, connection_factory=CountingConnection, cursor_factory=CountingCursor)

    psycopg2.connect = connect
