"""Finds the file of an earlier delivery again, and makes sure that it is the very same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.inventory import LandedFile, entries_at, take_inventory
from supplier_sla.landing.unpacking import UnpackLimits
from supplier_sla.terminal import harmless


class DeliveredFileGone(SupplierSlaError):
    """The file of a delivery is in none of the folders any more, or has been overwritten."""


def find_delivered_file(
    relative_path: str, content_sha256: str, folders: Sequence[Path], limits: UnpackLimits
) -> LandedFile:
    """The file with this content: at its old path in one of `folders`, else wherever it lies in them.

    Its `relative_path` is the one of the delivery, by which it is read, whatever it is called now.

    Raises:
        DeliveredFileGone: no file in the folders has this content.
    """
    on_disk = relative_path.partition("!/")[0]
    for folder in folders:
        for path in {on_disk: None, relative_path: None}:
            for entry in entries_at(folder, path, limits):
                if isinstance(entry, LandedFile) and entry.content_sha256 == content_sha256:
                    return replace(entry, relative_path=relative_path)
    for folder in folders:
        for found in take_inventory(folder, limits) if folder.is_dir() else ():
            if isinstance(found, LandedFile) and found.content_sha256 == content_sha256:
                return replace(found, relative_path=relative_path)
    raise DeliveredFileGone(
        f"the file {harmless(relative_path)}",
        expected=f"content with SHA-256 {content_sha256[:12]}… in {', '.join(map(str, folders))}",
        found="no such file",
        next_step="put the file back, or have the source deliver it again",
    )


def names_as_delivered(file: LandedFile) -> tuple[str, ...]:
    """The names under which a profile may know the file, from the path that it was delivered at."""
    path = file.relative_path
    if file.member is not None and file.is_one_of_several:
        path = path.rpartition("!/")[0] or path
    return replace(file, path=Path(PurePosixPath(path).name)).reading_names
