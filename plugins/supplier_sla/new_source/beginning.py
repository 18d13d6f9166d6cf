"""The beginning of a file, unpacked, and what kind of file it is."""

from __future__ import annotations

import gzip
import io
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from supplier_sla.landing.packing.archives import is_document, reason_to_leave_alone
from supplier_sla.landing.packing.unpacking import UnpackLimits, open_archive, opened_member, packing_of
from supplier_sla.landing.readers.choose import PARQUET_MAGIC
from supplier_sla.landing.refusal import FileRefused, printable

MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Beginning:
    """The first bytes of a file's content; `is_whole` if that is all of it. `name` is that of the unpacked file.

    Workbooks and Parquet cannot be cut: of those `content` is empty and `stream()` opens the file itself, of which the
    readers read no more than they need.
    """

    path: Path
    name: str
    kind: str
    content: bytes
    is_whole: bool
    remarks: tuple[str, ...] = ()

    def stream(self) -> BinaryIO:
        """The content for a reader."""
        return io.BytesIO(self.content) if self.kind == "text" else self.path.open("rb")


def read_beginning(path: Path) -> Beginning:
    """Look at a file, packed or not.

    Raises:
        FileRefused: it cannot be read, is empty, or is packed in a way that cannot be looked into.
    """
    try:
        with ExitStack() as opened:
            return _look(path, opened)
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileRefused(f"{path.name} cannot be read", found=printable(reason)) from None


def _look(path: Path, opened: ExitStack) -> Beginning:
    stream: BinaryIO = opened.enter_context(path.open("rb"))
    name = path.name
    packing = packing_of(stream.read(4))
    stream.seek(0)
    remarks: tuple[str, ...] = ()
    if packing == "gzip":
        name = name[:-3] if name.casefold().endswith(".gz") else name
        stream = cast(BinaryIO, opened.enter_context(gzip.GzipFile(fileobj=stream)))
    elif packing == "zip":
        archive = opened.enter_context(open_archive(stream))
        if is_document(archive):
            return Beginning(path, name, "xlsx", b"", is_whole=True)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        entries = [entry for entry in entries if not reason_to_leave_alone(PurePosixPath(entry.filename).name)]
        if not entries:
            raise FileRefused(path.name, expected="a file in the archive", found="none")
        name = PurePosixPath(entries[0].filename).name
        if len(entries) > 1:
            remarks = (f"one of {len(entries):,} files in {path.name}",)
        stream = opened.enter_context(opened_member(archive, entries[0], UnpackLimits()))
    content = stream.read(MOST_BYTES + 1)
    if not content.strip():
        raise FileRefused(name, expected="content", found="an empty file")
    if content.startswith(PARQUET_MAGIC):
        if packing is not None:
            raise FileRefused(
                path.name, expected="Parquet as it is", found="packed Parquet", next_step="unpack it first"
            )
        return Beginning(path, name, "parquet", b"", is_whole=True)
    if content.startswith(b"PK\x03\x04") or packing_of(content) is not None:
        raise FileRefused(
            path.name, expected="one file, packed once", found="a packed file in it", next_step="unpack it"
        )
    return Beginning(path, name, "text", content[:MOST_BYTES], len(content) <= MOST_BYTES, remarks)
