"""Puts a file into the outbox: whole or not at all, and never over another one."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from supplier_sla.errors import SupplierSlaError


class OutboxUnwritable(SupplierSlaError):
    """A file could not be put into the outbox; it goes out with the next run under the same number."""


class OutboxOccupied(SupplierSlaError):
    """Another file of that name is in the outbox, as when two warehouses share one."""


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write under a temporary name, force it to disk, then rename: a reader sees all of the file or none.

    Raises:
        OutboxUnwritable: the folder cannot be made or written, or the disk is full.
        OutboxOccupied: a file of that name says something else; what was handed over is never overwritten.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        _make_folder(path.parent)
        if path.exists() and path.read_bytes() != content:
            raise OutboxOccupied(
                f"outbox file {path}",
                expected=f"none, or the same one with SHA-256 {sha256(content)}",
                found=f"one with SHA-256 {sha256(path.read_bytes())}",
                next_step="give each warehouse an outbox of its own, or move the file away and run the night again",
            )
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OutboxUnwritable(
            f"outbox file {path.name}",
            expected=f"a writable folder {path.parent}",
            found=error.strerror or str(error),
            next_step="free or open the folder and run the night again; nothing is lost and no number is skipped",
        ) from error


def _make_folder(folder: Path) -> None:
    """Make it and those above it; a folder whose name is not on disk loses its files with the power."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
