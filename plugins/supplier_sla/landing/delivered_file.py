"""A delivered file found again, by what it was: for re-reading, and for whoever wants to see the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.archive.book import archive_addresses
from supplier_sla.landing.inventory import LandedFile, look_at, take_inventory
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.remote.book import inbox_paths
from supplier_sla.terminal import harmless


class DeliveredFileMissing(SupplierSlaError):
    """The file of a delivery is nowhere any more with the content that it had."""


def find_delivered_file(
    cursor: Cursor,
    content_sha256: str,
    relative_path: str,
    *,
    folders: Sequence[Path],
    inbox: Path,
    limits: UnpackLimits | None = None,
) -> LandedFile:
    """The delivered file with this content, hashed anew, under the path that `ops.delivery` has of it.

    Looks in `folders` (the landing folder and others like it), the inbox of the remote landings and the archive
    folders, also under other paths at which the same content was delivered; at last at every file in `folders`,
    whatever it is called now. For one of several files in a zip archive the hash is that of the member.

    Raises:
        DeliveredFileMissing: says where only a remote archive has it.
    """
    limits = UnpackLimits() if limits is None else limits
    archived: list[str] = []
    for path in [relative_path, *_other_paths(cursor, content_sha256, relative_path)]:
        on_disk = _paths_on_disk(path)
        archived += (addresses := archive_addresses(cursor, on_disk))
        places = [
            *((folder, folder / outer) for folder in folders for outer in on_disk),
            *((inbox, inbox / copy) for copy in inbox_paths(cursor, on_disk)),
            *((Path(address).parent, Path(address)) for address in addresses if address.startswith("/")),
        ]
        for root, place in places:
            for outer in on_disk:
                for file in _files_at(place, root, outer, limits):
                    if (file.content_sha256, file.relative_path) == (content_sha256, path):
                        return replace(file, relative_path=relative_path)
    for folder in folders:
        for found in take_inventory(folder, limits) if folder.is_dir() else ():
            if isinstance(found, LandedFile) and found.content_sha256 == content_sha256:
                return replace(found, relative_path=relative_path)
    raise DeliveredFileMissing(
        f"the file {harmless(relative_path)}",
        expected=f"content with SHA-256 {content_sha256[:12]}… in {', '.join(map(str, folders))}, inbox or archive",
        found=f"no such content; archived as {', '.join(archived)}" if archived else "no such content",
        next_step="put the file back where it was delivered",
    )


def names_as_delivered(file: LandedFile) -> tuple[str, ...]:
    """The names under which a profile may know the file, from the path that it was delivered at."""
    path = file.relative_path
    if file.member is not None and file.is_one_of_several:
        path = path.rpartition("!/")[0] or path
    return replace(file, path=Path(PurePosixPath(path).name)).reading_names


def _paths_on_disk(relative_path: str) -> list[str]:
    """The path itself, and, where it may name a file in an archive, the archives that it may mean."""
    parts = relative_path.split("!/")
    return ["!/".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _files_at(place: Path, root: Path, relative_path: str, limits: UnpackLimits) -> Iterator[LandedFile]:
    if place.is_file() and place.resolve().is_relative_to(root.resolve()):
        found = look_at(place, root.resolve(), relative_path, limits)
        yield from (entry for entry in found if isinstance(entry, LandedFile))


def _other_paths(cursor: Cursor, content_sha256: str, relative_path: str) -> list[str]:
    cursor.execute(
        """
        select distinct relative_path from ops.delivery
        where content_sha256 = %s and relative_path <> %s
        order by relative_path
        """,
        (content_sha256, relative_path),
    )
    return [path for (path,) in cursor.fetchall()]
