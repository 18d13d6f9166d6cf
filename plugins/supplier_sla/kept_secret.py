"""A secret that a home folder keeps: made once, readable by its owner only, never half written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The content of `path`; `make()` is asked for it the first time.

    A file that a crash left behind is not used: it is written under another name and renamed.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(make())
        unfinished.replace(path)
    return path.read_text(encoding="utf-8")
