"""Moves a file to a folder: whole, never over another one, and only the very content that was landed."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from supplier_sla.landing.archive.places import ArchiveFailed, free_place
from supplier_sla.landing.inventory import LandedFile

_READ_BYTES = 1 << 20


def place_in_archive(file: LandedFile, content_sha256: str, landing: Path, archive: Path) -> tuple[Path, bool]:
    """Where `file` of the folder `landing` belongs in the folder `archive`, and whether it lies there already."""

    def content_at(relative: str) -> str | None:
        path = archive / relative
        if not os.path.lexists(path):
            return None
        return sha256_of(path) if path.is_file() and not path.is_symlink() else ""

    place, is_there = free_place(file.path.relative_to(landing).as_posix(), content_sha256, content_at)
    return archive / place, is_there


def move_file(file: LandedFile, content_sha256: str, target: Path, *, is_there: bool) -> None:
    """Move the file on disk to `target`, which must be free, or hold the same content already if `is_there`.

    Raises:
        ArchiveFailed: the file is not what was landed any more, or cannot be copied; nothing is lost.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_there:
        _take_away(file)
        return
    if not file.is_unchanged():
        raise _changed(file)
    try:
        file.path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(file, content_sha256, target)
        _take_away(file)
        return
    # Between the look and the rename somebody may have put a new file there: it goes back.
    if not _is_landed_content(file, target):
        if not os.path.lexists(file.path):
            target.rename(file.path)
        raise _changed(file)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(file: LandedFile, content_sha256: str, target: Path) -> None:
    """To another disk: under a temporary name, checked, on the disk for good, renamed."""
    part = target.with_name(f".{content_sha256}.part")
    digest = hashlib.sha256()
    with file.path.open("rb") as source, part.open("wb") as copy:
        while block := source.read(_READ_BYTES):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != content_sha256:
        part.unlink()
        raise _changed(file)
    part.rename(target)


def _take_away(file: LandedFile) -> None:
    """Remove the original of a copy. It is renamed first: what appears under its name meanwhile is another file."""
    taken = file.path.with_name(f".{file.path.name}.archived")
    file.path.rename(taken)
    if not _is_landed_content(file, taken):
        if not os.path.lexists(file.path):
            taken.rename(file.path)
        raise _changed(file)
    taken.unlink()


def _is_landed_content(file: LandedFile, path: Path) -> bool:
    status = path.stat()
    return (status.st_size, status.st_mtime_ns) == (file.disk_bytes, file.modified_ns)


def _changed(file: LandedFile) -> ArchiveFailed:
    return ArchiveFailed(file.shown_path, expected="the content that was landed", found="other content by now")
