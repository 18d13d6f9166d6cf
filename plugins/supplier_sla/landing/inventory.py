"""Which files of a landing folder are deliveries, and which are left alone and why."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.packing.archives import Member, is_document, members, reason_to_leave_alone
from supplier_sla.landing.packing.unpacking import Packing, UnpackLimits, open_archive, packing_of
from supplier_sla.landing.refusal import FileRefused

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
    """One delivered file, on disk at `path` or there in a zip archive as `member`.

    `content_sha256` and `byte_size` are those of the file as it was delivered; of one of several files in an archive
    those of its unpacked content. `disk_bytes` and the time tell whether the file on disk changed after it was hashed.
    A file with a `refusal` cannot be unpacked. `beside` are the files that were delivered with it, where these are not
    simply those of its folder.
    """

    path: Path
    content_sha256: str
    byte_size: int
    modified_ns: int
    disk_bytes: int
    packing: Packing | None = None
    member: str | None = None
    is_one_of_several: bool = False
    refusal: FileRefused | None = None
    beside: tuple[Path, ...] | None = None

    def neighbours(self) -> list[Path]:
        """What was delivered beside it, itself among them."""
        return list(self.path.parent.iterdir() if self.beside is None else self.beside)

    def is_unchanged(self) -> bool:
        """Whether the file still has the size and time that it had when its content was hashed."""
        status = self.path.stat()
        return (status.st_size, status.st_mtime_ns) == (self.disk_bytes, self.modified_ns)

    @property
    def reading_names(self) -> tuple[str, ...]:
        """The names under which a source profile may know the file, the most telling one first.

        `tickets.csv.gz` may go by `tickets.csv`; an archive with one file by its own name, by that name with the suffix
        of the file, and by the name of the file. One of several files in an archive goes by its own name alone.
        """
        name = self.path.name
        if self.packing == "gzip":
            return (name, name[:-3]) if name.casefold().endswith(".gz") else (name,)
        if self.member is None:
            return (name,)
        member = PurePosixPath(self.member)
        if self.is_one_of_several:
            return (member.name,)
        return name, self.path.stem + member.suffix, member.name


@dataclass(frozen=True)
class SkippedFile(FoundEntry):
    """An entry that is no delivery."""

    reason: str


def take_inventory(landing: Path, limits: UnpackLimits | None = None) -> Iterator[LandedFile | SkippedFile]:
    """Everything below `landing` in a fixed order (that of the relative paths), hashed one file at a time.

    Folders are entered, links to folders are not. Of a zip archive with several files each is an entry of its own, at
    the path ARCHIVE!/FILE. Raises LandingFolderMissing.
    """
    if not landing.is_dir():
        raise LandingFolderMissing("landing folder", expected="a folder", found=f"nothing at {landing}")
    limits = UnpackLimits() if limits is None else limits
    root = landing.resolve()
    for path in sorted(_walk(root), key=lambda found: found.relative_to(root).parts):
        yield from look_at(path, root, relative_path_of(path, root), limits)


def relative_path_of(path: Path, root: Path) -> str:
    """The path below `root` as `ops.delivery` has it."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")


def look_at(path: Path, root: Path, relative_path: str, limits: UnpackLimits) -> list[LandedFile | SkippedFile]:
    """What one path below the resolved folder `root` is: one entry, or those of an archive."""
    try:
        reason = _reason_to_skip(path, root)
        return [SkippedFile(relative_path, reason)] if reason else _hashed(path, relative_path, limits)
    except OSError as error:
        return [SkippedFile(relative_path, f"cannot be read: {error.strerror or error}")]


def entries_at(folder: Path, relative_path: str, limits: UnpackLimits) -> list[LandedFile | SkippedFile]:
    """What lies at one path of a landing folder, hashed; nothing if there is no such file in the folder."""
    root = folder.resolve()
    path = root / relative_path
    try:
        if not path.is_file() or not path.resolve().is_relative_to(root):
            return []
        return _hashed(path, relative_path, limits)
    except (OSError, ValueError):
        return []


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
    if reason := reason_to_leave_alone(path.name):
        return reason
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


def _hashed(path: Path, relative_path: str, limits: UnpackLimits) -> list[LandedFile | SkippedFile]:
    """The file, or the files of an archive."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        before = os.fstat(stream.fileno())
        packing = packing_of(stream.read(4))
        stream.seek(0)
        while block := stream.read(_READ_BYTES):
            digest.update(block)
        content_sha256, size = digest.hexdigest(), before.st_size
        file = LandedFile(relative_path, path, content_sha256, size, before.st_mtime_ns, size, packing)
        found = _unpacked_entries(stream, file, limits) if packing == "zip" else [file]
    if not file.is_unchanged():
        return [SkippedFile(relative_path, "changed while it was read, still being written")]
    return found


def _unpacked_entries(stream: BinaryIO, file: LandedFile, limits: UnpackLimits) -> list[LandedFile | SkippedFile]:
    """What a zip archive holds. A workbook, which is one, too, stays what it is, also where it is damaged."""
    stream.seek(0)
    plain = replace(file, packing=None)
    try:
        with open_archive(stream) as archive:
            if is_document(archive):
                return [plain]
            found = list(members(archive, limits))
    except FileRefused as refusal:
        return [plain if file.path.suffix.casefold() == ".xlsx" else replace(file, refusal=refusal)]
    if len(found) == 1 and found[0].reason_to_skip is None:
        return [replace(file, member=found[0].name, refusal=found[0].refusal)]
    return [_entry(file, member) for member in found]


def _entry(file: LandedFile, member: Member) -> LandedFile | SkippedFile:
    """One of several files in an archive."""
    name = member.name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
    relative_path = f"{file.relative_path}!/{name}"
    if member.reason_to_skip:
        return SkippedFile(relative_path, member.reason_to_skip)
    return replace(
        file,
        relative_path=relative_path,
        content_sha256=member.content_sha256 or file.content_sha256,
        byte_size=member.byte_size,
        member=member.name,
        is_one_of_several=True,
        refusal=member.refusal,
    )
