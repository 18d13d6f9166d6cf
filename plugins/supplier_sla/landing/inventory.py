"""Which files of a landing folder are deliveries, and which are left alone and why."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from supplier_sla.errors import SupplierSlaError

TEMPORARY_SUFFIXES = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")

_READ_BYTES = 1 << 20


class LandingFolderMissing(SupplierSlaError):
    """The landing folder is not there."""


@dataclass(frozen=True)
class FoundEntry:
    """Something in the landing folder. `relative_path` is UTF-8 with `/`, bytes that are no UTF-8 as escapes."""

    relative_path: str

    @property
    def shown_path(self) -> str:
        """The path for people: one line, whatever the name."""
        return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in self.relative_path)


@dataclass(frozen=True)
class LandedFile(FoundEntry):
    """One delivered file; size and time tell whether it changed after its content was hashed."""

    path: Path
    content_sha256: str
    byte_size: int
    modified_ns: int

    def is_unchanged(self) -> bool:
        """Whether the file still has the size and time that it had when its content was hashed."""
        status = self.path.stat()
        return (status.st_size, status.st_mtime_ns) == (self.byte_size, self.modified_ns)


@dataclass(frozen=True)
class SkippedFile(FoundEntry):
    """An entry that is no delivery."""

    reason: str


def take_inventory(landing: Path) -> Iterator[LandedFile | SkippedFile]:
    """Everything below `landing` in a fixed order (that of the relative paths), hashed one file at a time.

    Folders are entered, links to folders are not. Raises LandingFolderMissing.
    """
    if not landing.is_dir():
        raise LandingFolderMissing("landing folder", expected="a folder", found=f"nothing at {landing}")
    root = landing.resolve()
    for path in sorted(_walk(root), key=lambda found: found.relative_to(root).parts):
        relative_path = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
        try:
            reason = _reason_to_skip(path, root)
            yield SkippedFile(relative_path, reason) if reason else _hashed(path, relative_path)
        except OSError as error:
            yield SkippedFile(relative_path, f"cannot be read: {error.strerror or error}")


def _walk(root: Path) -> Iterator[Path]:
    """Every file and link below `root`; hidden folders and links to folders stand for all that is in them."""
    for folder, folder_names, file_names in os.walk(root):
        for name in list(folder_names):
            path = Path(folder, name)
            if name.startswith(".") or path.is_symlink():
                folder_names.remove(name)
                yield path
        yield from (Path(folder, name) for name in file_names)


def _reason_to_skip(path: Path, root: Path) -> str | None:
    """Why `path` is no delivery, or None."""
    if path.name.startswith("."):
        return "hidden"
    if path.name.casefold().endswith(TEMPORARY_SUFFIXES):
        return "temporary name, still being written"
    if path.is_symlink():
        if not path.exists():
            return "link to nothing"
        if not path.resolve().is_relative_to(root):
            return "link that leaves the landing folder"
        if path.is_dir():
            return "link to a folder"
    if not stat.S_ISREG(path.stat().st_mode):
        return "not a regular file"
    return None


def _hashed(path: Path, relative_path: str) -> LandedFile | SkippedFile:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        before = os.fstat(stream.fileno())
        while block := stream.read(_READ_BYTES):
            digest.update(block)
    file = LandedFile(relative_path, path, digest.hexdigest(), before.st_size, before.st_mtime_ns)
    return file if file.is_unchanged() else SkippedFile(relative_path, "changed while it was read, still being written")
