"""Where a processed file goes in an archive: to its own path, or, where that is taken, to one numbered by its hash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from supplier_sla.errors import SupplierSlaError

_DIGITS = 12


class ArchiveFailed(SupplierSlaError):
    """A processed file could not be moved; it stays where it was delivered, or in both places, and is tried again."""


def free_place(relative: str, content_sha256: str, content_at: Callable[[str], str | None]) -> tuple[str, bool]:
    """The path in the archive, and whether the same content lies there already.

    `content_at` tells the SHA-256 of what lies at a path, None for nothing. Raises ArchiveFailed if no path is free.
    """
    path = PurePosixPath(relative)
    for candidate in (path, _numbered(path, content_sha256[:_DIGITS]), _numbered(path, content_sha256)):
        found = content_at(str(candidate))
        if found is None or found == content_sha256:
            return str(candidate), found is not None
    raise ArchiveFailed(f"{relative} in the archive", expected="a free name", found="other content under every name")


def _numbered(path: PurePosixPath, number: str) -> PurePosixPath:
    """`a/tickets.csv.gz` becomes `a/tickets.NUMBER.csv.gz`."""
    stem, dot, suffixes = path.name.partition(".")
    return path.with_name(f"{stem}.{number}{dot}{suffixes}")
