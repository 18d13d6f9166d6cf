"""A ZIP file whose bytes depend on its content alone, and the hash and rows of each member."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from supplier_sla.files.csv_file import BYTE_ORDER_MARK
from supplier_sla.files.zip_member import unchanging_member


@dataclass(frozen=True)
class Member:
    """One file of the archive; `row_count` is None where it is no table."""

    path: str
    description: str
    row_count: int | None
    sha256: str


class MemberWriter:
    """Adds members one after the other and remembers what was written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: list[Member] = []

    def add_bytes(self, path: str, content: bytes, description: str) -> Member:
        """A member as it is."""
        with self._opened(path) as (target, _):
            target.write(content)
        return self._remember(path, description, None, hashlib.sha256(content).hexdigest())

    def add_table(self, path: str, columns: Sequence[str], rows: Iterable[Sequence[str]], description: str) -> Member:
        """A CSV member, written row by row: UTF-8 with byte order mark, CRLF."""
        count = 0
        with self._opened(path) as (target, digest):
            _write(target, digest, BYTE_ORDER_MARK + _line(columns))
            for row in rows:
                _write(target, digest, _line(row))
                count += 1
        return self._remember(path, description, count, digest.hexdigest())

    @contextmanager
    def _opened(self, path: str) -> Iterator[tuple[IO[bytes], hashlib._Hash]]:
        with self._archive.open(unchanging_member(path), "w", force_zip64=True) as target:
            yield target, hashlib.sha256()

    def _remember(self, path: str, description: str, row_count: int | None, sha256: str) -> Member:
        member = Member(path, description, row_count, sha256)
        self.members.append(member)
        return member


def _write(target: IO[bytes], digest: hashlib._Hash, content: bytes) -> None:
    target.write(content)
    digest.update(content)


def _line(values: Sequence[str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    return buffer.getvalue().encode("utf-8")
