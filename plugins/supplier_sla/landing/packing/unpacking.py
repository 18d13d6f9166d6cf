"""Packed files: gzip and zip, told by their content and not by their name, unpacked within limits."""

from __future__ import annotations

import errno
import gzip
import io
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO, Literal, Protocol

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.refusal import FileRefused, printable

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"

Packing = Literal["gzip", "zip"]

READ_BYTES = 1 << 18

MOST_BYTES_VARIABLE = "SUPPLIER_SLA_MOST_UNPACKED_BYTES"
HIGHEST_RATIO_VARIABLE = "SUPPLIER_SLA_HIGHEST_UNPACKED_RATIO"

# The ratio says nothing about little content, and little content does no harm.
RATIO_COUNTS_FROM_BYTES = 1 << 26

# What the libraries raise on damaged content. An OSError may also be one of the disk: see `is_of_disk`.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class LimitInvalid(SupplierSlaError):
    """A limit of unpacking is set to something that is no whole number above zero."""


@dataclass(frozen=True)
class UnpackLimits:
    """How much may come out of one delivered file: bytes in all, and bytes for each packed byte."""

    most_bytes: int = 1 << 34
    highest_ratio: int = 200

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> UnpackLimits:
        """Read `SUPPLIER_SLA_MOST_UNPACKED_BYTES` and `SUPPLIER_SLA_HIGHEST_UNPACKED_RATIO`.

        Raises:
            LimitInvalid: a value is no whole number above zero.
        """
        values = os.environ if environment is None else environment
        return cls(
            _limit(values, MOST_BYTES_VARIABLE, cls.most_bytes),
            _limit(values, HIGHEST_RATIO_VARIABLE, cls.highest_ratio),
        )

    def check(self, unpacked: int, *, packed: int | None = None) -> None:
        """Raise FileRefused if `unpacked` bytes, that were `packed`, are too many."""
        if unpacked > self.most_bytes:
            raise FileRefused(
                "the unpacked content",
                expected=f"at most {self.most_bytes:,} bytes ({MOST_BYTES_VARIABLE})",
                found=f"{unpacked:,} bytes or more",
                next_step="deliver it in several files",
            )
        if packed is not None and unpacked > max(RATIO_COUNTS_FROM_BYTES, packed * self.highest_ratio):
            raise FileRefused(
                "the unpacked content",
                expected=f"at most {self.highest_ratio:,} times the packed bytes ({HIGHEST_RATIO_VARIABLE})",
                found=f"{unpacked:,} bytes or more out of {packed:,}",
                next_step="deliver it unpacked if it is meant",
            )


class Packed(Protocol):
    """What unpacking has to know of a file: how it is packed, and which member of a zip archive it is."""

    @property
    def packing(self) -> Packing | None:
        """How the file on disk is packed."""

    @property
    def member(self) -> str | None:
        """The name of the member of a zip archive."""


def packing_of(beginning: bytes) -> Packing | None:
    """How content is packed that begins with these bytes."""
    if beginning.startswith(GZIP_MAGIC):
        return "gzip"
    return "zip" if beginning.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)) else None


@contextmanager
def unpacked(stream: BinaryIO, file: Packed, limits: UnpackLimits) -> Iterator[BinaryIO]:
    """The content of a delivered file whose bytes are `stream`.

    Reading raises FileRefused where it is damaged or too much.
    """
    if file.packing == "gzip":
        packed_bytes = os.fstat(stream.fileno()).st_size
        with gzip.GzipFile(fileobj=stream) as source:
            yield io.BufferedReader(_Unpacked(source, packed_bytes, limits, "gzip file"), READ_BYTES)
    elif file.packing == "zip" and file.member is not None:
        with open_archive(stream) as archive, opened_member(archive, archive.getinfo(file.member), limits) as content:
            yield content
    else:
        yield stream


def open_archive(stream: BinaryIO) -> zipfile.ZipFile:
    """A zip archive for reading; raises FileRefused if it is damaged."""
    try:
        return zipfile.ZipFile(stream)
    except _DAMAGE as error:
        raise _damaged("zip archive", error) from None


@contextmanager
def opened_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: UnpackLimits) -> Iterator[BinaryIO]:
    """The content of one member; raises FileRefused, also while it is read, if it is damaged, locked or too much."""
    if member.flag_bits & 1:
        raise FileRefused("the zip archive", expected="content without a password", found="encrypted content")
    limits.check(member.file_size, packed=member.compress_size)
    try:
        source = archive.open(member)
    except _DAMAGE as error:
        raise _damaged("zip archive", error) from None
    with source:
        yield io.BufferedReader(_Unpacked(source, member.compress_size, limits, "zip archive"), READ_BYTES)


def is_of_disk(error: Exception) -> bool:
    """Whether the file could not be read at all, which says nothing about its content.

    Errors that libraries raise themselves have no number; a jump to before the start of the file is damage, too.
    """
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def random_access(stream: BinaryIO) -> BinaryIO:
    """The same content with cheap jumps: what is being unpacked goes to a temporary file that vanishes by itself."""
    if not isinstance(getattr(stream, "raw", None), _Unpacked):
        return stream
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the reader that gets it has no end of its own
    shutil.copyfileobj(stream, copy, READ_BYTES)
    copy.seek(0)
    return copy


class _Unpacked(io.RawIOBase):
    """Content as it is unpacked: counts it, and says of damage that it is one of the file and not of the disk."""

    def __init__(self, source: IO[bytes] | gzip.GzipFile, packed: int, limits: UnpackLimits, kind: str) -> None:
        super().__init__()
        self._source = source
        self._packed = packed
        self._limits = limits
        self._kind = kind
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Back to the start, by unpacking anew; nothing else is needed."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("unpacked content is read from its start")
        self._source.seek(0)
        self._position = 0
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer will do
        try:
            content = self._source.read(len(buffer))
        except _DAMAGE as error:
            raise _damaged(self._kind, error) from None
        buffer[: len(content)] = content
        self._position += len(content)
        self._limits.check(self._position, packed=self._packed)
        return len(content)


def _damaged(kind: str, error: Exception) -> Exception:
    if is_of_disk(error):
        return error
    return FileRefused(
        f"the {kind}",
        expected=f"a complete {kind}",
        found=printable(str(error)) or type(error).__name__,
        next_step="deliver it again",
    )


def _limit(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text)):
        raise LimitInvalid(f"environment variable {name}", expected="a whole number above 0", found=text)
    return int(text)
