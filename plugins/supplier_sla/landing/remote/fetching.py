"""New files of remote landings copied to the inbox, `HOME/inbox/LANDING/SHA256/NAME`, and handed to the landing door.

A folder per content: no copy ever replaces another, and no remote path is used as a local one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from psycopg2.extensions import connection as Connection

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.inventory import LandedFile, SkippedFile, look_at
from supplier_sla.landing.outcome import UnchangedFile
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.remote import book
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.hiding import without_secrets
from supplier_sla.landing.remote.names import reason_to_leave_remote_alone
from supplier_sla.landing.remote.place import RemoteEntry, RemotePlace, opened_place

MOST_FAILURES_IN_A_ROW = 3
_READ_BYTES = 1 << 20
_FETCHING = ".fetching"

Resolve = Callable[[RemoteLanding], Mapping[str, Any]]
Found = LandedFile | SkippedFile | UnchangedFile


class RemoteFailed(SupplierSlaError):
    """A remote landing, or one file of it, cannot be reached or read. Its text holds no secret."""


class RemoteFileInMotion(SupplierSlaError):
    """A remote file is not what it was when it was listed."""


@dataclass(frozen=True)
class RemoteSources:
    """The remote landings of a night.

    `options` gives fsspec's options of a landing, and is asked when its turn has come. `looked_at` is when the run
    looks; it only tells whether a file has settled.
    """

    landings: tuple[RemoteLanding, ...]
    inbox: Path
    looked_at: datetime
    options: Resolve = field(default=lambda landing: {}, repr=False)


@dataclass(frozen=True)
class _Copy:
    """A copy in the inbox that is to go through the door."""

    path: Path
    remote_path: str
    relative_path: str
    fetched_file_id: int


class Fetcher:
    """Fetches for one run. `failures` collects what could not be reached; everything else goes on."""

    def __init__(
        self, connection: Connection, sources: RemoteSources, *, limits: UnpackLimits, as_of: datetime, run_id: str
    ) -> None:
        self.failures: list[tuple[str, Exception]] = []
        self._connection = connection
        self._sources = sources
        self._limits = limits
        self._as_of = as_of
        self._run_id = run_id
        self._offered: dict[Path, list[int]] = {}

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What paths in the remote landings begin with."""
        return tuple(landing.path_of("") for landing in self._sources.landings)

    def entries(self) -> Iterator[Found]:
        """Of each landing first what earlier runs copied and did not finish, then what is new, by path.

        Everything new of a landing is copied before the first file of it is read: one may say something of another.
        """
        for landing in self._sources.landings:
            copies: list[_Copy] = []
            for file in self._to_be_landed(landing):
                path = self._sources.inbox / file.inbox_path
                if path.is_file():  # else it is fetched again
                    copies.append(_Copy(path, file.remote_path, file.relative_path, file.fetched_file_id))
            try:
                for found in self._new_entries(landing, {copy.remote_path for copy in copies}):
                    if isinstance(found, _Copy):
                        copies.append(found)
                    else:
                        yield found
            except Exception as error:
                self.failures.append((f"landing {landing.name}", error))
            yield from self._offered_copies(landing, copies)

    def mark_landed(self, unfinished: Collection[Path]) -> None:
        """Remember which copies went through the door; those of `unfinished` come again next time."""
        done = [number for path, numbers in self._offered.items() if path not in unfinished for number in numbers]
        with self._connection, self._connection.cursor() as cursor:
            book.mark_landed(cursor, done)

    def _to_be_landed(self, landing: RemoteLanding) -> list[book.FetchedFile]:
        with self._connection, self._connection.cursor() as cursor:
            return book.to_be_landed(cursor, landing.name)

    def _offered_copies(self, landing: RemoteLanding, copies: Sequence[_Copy]) -> Iterator[LandedFile | SkippedFile]:
        if not copies:
            return
        with self._connection, self._connection.cursor() as cursor:
            newest = book.newest_versions(cursor, landing.name)
        folders: dict[PurePosixPath, list[Path]] = {}
        for remote_path, file in newest.items():
            if (path := self._sources.inbox / file.inbox_path).is_file():
                folders.setdefault(PurePosixPath(remote_path).parent, []).append(path)
        for copy in copies:
            self._offered.setdefault(copy.path, []).append(copy.fetched_file_id)
            beside = tuple(folders.get(PurePosixPath(copy.remote_path).parent, ()))
            for found in look_at(copy.path, self._sources.inbox.resolve(), copy.relative_path, self._limits):
                yield replace(found, beside=beside) if isinstance(found, LandedFile) else found

    def _new_entries(
        self, landing: RemoteLanding, offered: Collection[str]
    ) -> Iterator[_Copy | SkippedFile | UnchangedFile]:
        with self._connection, self._connection.cursor() as cursor:
            known = book.newest_versions(cursor, landing.name)
        options: Mapping[str, Any] = {}
        try:
            options = self._sources.options(landing)
            with opened_place(landing.address, options) as place:
                yield from self._compared(landing, place, known, offered, options)
        except SupplierSlaError:
            raise
        except Exception as error:
            raise _failed(f"landing {landing.name} at {landing.address}", error, options) from None

    def _compared(
        self,
        landing: RemoteLanding,
        place: RemotePlace,
        known: Mapping[str, book.FetchedFile],
        offered: Collection[str],
        options: Mapping[str, Any],
    ) -> Iterator[_Copy | SkippedFile | UnchangedFile]:
        """Each remote entry against the book; failures of single files are collected, many in a row end the landing."""
        _clear_leftovers(self._sources.inbox / landing.name)
        failures_in_a_row = 0
        for entry in place.entries():
            relative_path = landing.path_of(entry.relative)
            before = known.get(entry.relative)
            if reason := self._reason_to_wait(landing, entry):
                yield SkippedFile(relative_path, reason)
                continue
            if before and not before.is_moved and before.version.is_same_as(entry.version):
                if entry.relative in offered:
                    continue
                if before.is_landed:
                    yield UnchangedFile(relative_path)
                    continue
            try:
                path, fetched_file_id = self._fetch(landing, place, entry)
            except RemoteFileInMotion as motion:
                yield SkippedFile(relative_path, str(motion))
            except Exception as error:
                shown = SkippedFile(relative_path, "").shown_path
                self.failures.append((shown, _failed(f"the file in {landing.address}", error, options)))
                failures_in_a_row += 1
                if self._connection.closed or failures_in_a_row == MOST_FAILURES_IN_A_ROW:
                    raise
            else:
                failures_in_a_row = 0
                yield _Copy(path, entry.relative, relative_path, fetched_file_id)

    def _reason_to_wait(self, landing: RemoteLanding, entry: RemoteEntry) -> str | None:
        if reason := reason_to_leave_remote_alone(entry.relative):
            return reason
        if entry.kind == "link":
            return "link; what it points to is read where it lies, if that is in the landing"
        if entry.kind != "file":
            return "not a regular file"
        if not entry.version.is_settled(self._sources.looked_at, landing.settling):
            return f"changed less than {landing.settling_seconds} s ago, may still be written"
        return None

    def _fetch(self, landing: RemoteLanding, place: RemotePlace, entry: RemoteEntry) -> tuple[Path, int]:
        path, content_sha256 = copy_to_inbox(place, entry, self._sources.inbox / landing.name)
        with self._connection, self._connection.cursor() as cursor:
            fetched_file_id = book.record_fetched(
                cursor,
                landing=landing.name,
                remote_path=entry.relative,
                relative_path=landing.path_of(entry.relative),
                version=entry.version,
                content_sha256=content_sha256,
                inbox_path=PurePosixPath(path.relative_to(self._sources.inbox)),
                as_of=self._as_of,
                run_id=self._run_id,
            )
        return path, fetched_file_id


def copy_to_inbox(place: RemotePlace, entry: RemoteEntry, folder: Path) -> tuple[Path, str]:
    """Copy a file whole or not at all, to `folder`/SHA256/NAME; returns the path and the SHA-256.

    Raises:
        RemoteFileInMotion: it changed or vanished between the listing and the end of the copy.
    """
    waiting = folder / _FETCHING
    waiting.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = waiting / f"{os.getpid()}.part"
    part.unlink(missing_ok=True)
    try:
        try:
            place.download(entry.relative, part)
        except FileNotFoundError:
            raise RemoteFileInMotion("vanished while it was copied") from None
        now = place.version(entry.relative)
        if now is None or not now.is_same_as(entry.version) or part.stat().st_size != entry.version.byte_size:
            raise RemoteFileInMotion("changed while it was copied, still being written")
        digest = hashlib.sha256()
        with part.open("rb") as stream:
            while block := stream.read(_READ_BYTES):
                digest.update(block)
            os.fsync(stream.fileno())
        content_sha256 = digest.hexdigest()
        target = folder / content_sha256 / PurePosixPath(entry.relative).name
        target.parent.mkdir(exist_ok=True, mode=0o700)
        part.replace(target)
        for changed in (target.parent, folder):
            _sync_folder(changed)
        return target, content_sha256
    finally:
        part.unlink(missing_ok=True)


def _clear_leftovers(folder: Path) -> None:
    """Unfinished copies of a process that was killed; the landing lock says that nobody works on them."""
    for part in (folder / _FETCHING).glob("*.part"):
        with contextlib.suppress(OSError):
            part.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(what: str, error: Exception, options: Mapping[str, Any]) -> RemoteFailed:
    if isinstance(error, RemoteFailed):
        return error
    text = without_secrets(f"{type(error).__name__}: {error}", options)
    return RemoteFailed(
        what,
        expected="to be reached and read",
        found=text[:500],
        next_step="check address, connection and rights, then run again; nothing is fetched twice",
    )
