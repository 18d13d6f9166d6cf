"""Keeps the terminal for the lines a person wants; everything else a library prints goes to log files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from supplier_sla.progress import PROGRESS_FD, say


class Console:
    """Points file descriptors 1 and 2 at files and keeps the terminal under a descriptor of its own."""

    def __init__(self, log_folder: Path, night: str) -> None:
        self.log_folder = log_folder
        self.main_log = log_folder / "night" / f"{night}.log"
        sys.stdout.flush()
        sys.stderr.flush()
        self._terminal = os.dup(1)
        self._errors = os.dup(2)
        os.environ[PROGRESS_FD] = str(self._terminal)
        self.write_to_main_log()

    def say(self, line: str) -> None:
        """One line on the terminal."""
        say(line)

    def complain(self, line: str) -> None:
        """One line on the terminal's error stream."""
        os.write(self._errors, f"{line}\n".encode())

    def write_to(self, path: Path) -> None:
        """From here on, what libraries print is appended to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        sys.stdout.flush()
        sys.stderr.flush()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)

    def write_to_main_log(self) -> None:
        """From here on, what libraries print is appended to the night's own log."""
        self.write_to(self.main_log)
