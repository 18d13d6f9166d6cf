"""The members of a zip archive: each a delivery of its own, or left alone, or refused, with a reason."""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from supplier_sla.landing.packing.unpacking import READ_BYTES, UnpackLimits, opened_member, packing_of
from supplier_sla.landing.refusal import FileRefused

MOST_MEMBERS = 10_000
TEMPORARY_SUFFIXES = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")

# Workbooks are zip archives, too, but not ones of deliveries.
DOCUMENT_MARKS = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Member:
    """One file of an archive. `content_sha256` is None where the content cannot be read: then there is a refusal."""

    name: str
    byte_size: int
    content_sha256: str | None = None
    reason_to_skip: str | None = None
    refusal: FileRefused | None = None


def is_document(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is one file to people: a workbook or the like."""
    return not DOCUMENT_MARKS.isdisjoint(archive.namelist())


def reason_to_leave_alone(name: str) -> str | None:
    """Why a file of this name is no delivery, or None."""
    if name.startswith("."):
        return "hidden"
    if name.casefold().endswith(TEMPORARY_SUFFIXES):
        return "temporary name, still being written"
    return None


def members(archive: zipfile.ZipFile, limits: UnpackLimits) -> Iterator[Member]:
    """Every file of the archive in the order of the names, unpacked once for its hash.

    Raises:
        FileRefused: the archive as a whole holds nothing, too many files, or too much.
    """
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if not 1 <= len(entries) <= MOST_MEMBERS:
        raise FileRefused(
            "the zip archive", expected=f"1 to {MOST_MEMBERS:,} files in it", found=f"{len(entries):,} files"
        )
    limits.check(sum(entry.file_size for entry in entries), packed=sum(entry.compress_size for entry in entries))
    times = Counter(entry.filename for entry in entries)
    for entry in sorted(entries, key=lambda entry: entry.filename):
        yield _member(archive, entry, limits, is_ambiguous=times[entry.filename] > 1)


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: UnpackLimits, *, is_ambiguous: bool) -> Member:
    name = entry.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":":
        refusal = FileRefused(
            "the name of a file in the zip archive", expected="a name below the archive", found=name,
            next_step="pack it again with relative names",
        )  # fmt: skip
        return Member(name, entry.file_size, refusal=refusal)
    if is_ambiguous:
        refusal = FileRefused("the zip archive", expected="each name once", found=f"{name} more than once")
        return Member(name, entry.file_size, refusal=refusal)
    hidden = "hidden" if any(part.startswith((".", "__MACOSX")) for part in parts) else None
    reason = hidden or reason_to_leave_alone(parts[-1])
    if reason:
        return Member(name, entry.file_size, reason_to_skip=reason)
    try:
        return Member(name, entry.file_size, content_sha256=_hash(archive, entry, limits))
    except FileRefused as refusal:
        return Member(name, entry.file_size, refusal=refusal)


def _hash(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: UnpackLimits) -> str:
    digest = hashlib.sha256()
    with opened_member(archive, entry, limits) as content:
        beginning = content.read(READ_BYTES)
        packing = packing_of(beginning)
        if packing is not None and not (packing == "zip" and entry.filename.casefold().endswith(WORKBOOK_SUFFIXES)):
            raise FileRefused(
                "a file in the zip archive",
                expected="content that is not packed again",
                found=f"a {packing} archive in it",
                next_step="pack the files themselves into one archive",
            )
        digest.update(beginning)
        while block := content.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
