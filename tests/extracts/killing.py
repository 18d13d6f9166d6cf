"""A hand-over in a process of its own that is killed before a chosen step: statement, commit or call of the disk."""

from __future__ import annotations

import io
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tests.conftest import Warehouse
from tests.extracts.nights import hand

NEVER = 1_000_000


def hand_over_until(warehouse: Warehouse, outbox: Path, step: int = NEVER) -> int:
    """0 when the hand-over ended, -SIGKILL when it was killed before its step number `step`, 1 after an error."""

    def run() -> None:
        kill_before_step(step)
        hand(warehouse, outbox)

    return in_a_fork(run)


def hand_over_on_a_full_disk(warehouse: Warehouse, outbox: Path, most_bytes: int) -> int:
    """The same where the system lets no file grow above `most_bytes`."""

    def run() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        hand(warehouse, outbox)

    return in_a_fork(run)


def in_a_fork(run: Callable[[], object]) -> int:
    """How a process ends that runs this: 0, 1 after an error, minus the signal."""
    process = os.fork()
    if process == 0:
        try:
            run()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def kill_before_step(crash_before: int) -> None:
    """Have this process kill itself before the step: each statement, commit and call of the disk from now on is one."""
    taken = 0

    def take_step() -> None:
        nonlocal taken
        if taken == crash_before:
            os.kill(os.getpid(), signal.SIGKILL)
        taken += 1

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **options: Any) -> Any:
            take_step()
            return call(*arguments, **options)

        return stepping

    class CountingCursor(Cursor):
        execute = counted(Cursor.execute)

    class CountingConnection(Connection):
        # Leaving `with connection` commits inside the driver, so the step is taken here.
        def __exit__(self, *failure: Any) -> None:
            take_step()
            super().__exit__(*failure)

        def cursor(self, *arguments: Any, **options: Any) -> Any:
            options.setdefault("cursor_factory", CountingCursor)
            return super().cursor(*arguments, **options)

    right = psycopg2.connect

    def connect(*arguments: Any, **options: Any) -> Any:
        return right(*arguments, **options, connection_factory=CountingConnection)

    psycopg2.connect = connect
    for name in ("fsync", "open", "replace", "rename", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    io.open = counted(io.open)  # what Path.open calls
