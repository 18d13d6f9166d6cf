"""After the door in: processed files move to their archives, where a setting says so. Nothing is lost or replaced."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.archive import book as archive_book
from supplier_sla.landing.archive.local import move_file, place_in_archive, sha256_of
from supplier_sla.landing.archive.places import ArchiveFailed, free_place
from supplier_sla.landing.folder import LOCK_TIMEOUT_SECONDS, take_turn
from supplier_sla.landing.inventory import LandedFile, look_at, relative_path_of, take_inventory
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.remote import book
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.fetching import RemoteSources
from supplier_sla.landing.remote.hiding import without_secrets
from supplier_sla.landing.remote.place import RemotePlace, opened_places
from supplier_sla.settings import PREFIX

LANDING_ARCHIVE_VARIABLE = PREFIX + "LANDING_ARCHIVE"
STAY = "stay"
_READ_BYTES = 1 << 20


class ArchiveInvalid(SupplierSlaError):
    """The setting of the archive folder cannot be used."""


class ArchivingFailed(SupplierSlaError):
    """Some processed files could not be moved; the others were."""


def landing_archive(landing: Path, environment: Mapping[str, str] | None = None) -> Path | None:
    """The archive folder of the landing folder, `SUPPLIER_SLA_LANDING_ARCHIVE`; None where files stay.

    Raises:
        ArchiveInvalid: the folder is not absolute, or lies inside the landing folder.
    """
    value = (os.environ if environment is None else environment).get(LANDING_ARCHIVE_VARIABLE, "") or STAY
    if value == STAY:
        return None
    archive = Path(value)
    if not archive.is_absolute() or archive.resolve().is_relative_to(landing.resolve()):
        raise ArchiveInvalid(
            LANDING_ARCHIVE_VARIABLE,
            expected="`stay`, or an absolute folder outside the landing folder",
            found=value,
            next_step="files inside the landing folder would be read as deliveries",
        )
    return archive.resolve()


def archive_files(
    loader_url: str,
    landing: Path,
    *,
    archive: Path | None,
    remote: RemoteSources | None,
    as_of: datetime,
    run_id: str,
    limits: UnpackLimits | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> int:
    """Move what is processed, and return how many files were moved. Safe to repeat, also after a crash anywhere.

    Raises:
        ArchivingFailed: raised once, with all reasons, after everything else was moved.
        LandingBusy: a night is landing files.
    """
    remote_landings = [entry for entry in remote.landings if entry.is_archived] if remote else []
    if archive is None and not remote_landings:
        return 0
    with session(loader_url, application_name="supplier_sla archive") as connection:
        take_turn(connection, LOCK_TIMEOUT_SECONDS)
        run = _Run(connection, limits or UnpackLimits(), as_of, run_id, report)
        if archive is not None:
            run.archive_folder(landing.resolve(), archive)
        for remote_landing in remote_landings:
            assert remote is not None  # it has landings
            run.archive_remote(remote_landing, remote)
    if run.failures:
        raise ArchivingFailed(
            f"{len(run.failures)} files or landings could not be archived",
            found=" | ".join(run.failures),
            next_step="mend the cause and run again; nothing is lost, and what was loaded stays loaded",
        )
    return run.moved


class _Run:
    """One pass over all archives."""

    def __init__(
        self,
        connection: Connection,
        limits: UnpackLimits,
        as_of: datetime,
        run_id: str,
        report: Callable[[str], None],
    ) -> None:
        self.moved = 0
        self.failures: list[str] = []
        self._connection = connection
        self._limits = limits
        self._as_of = as_of
        self._run_id = run_id
        self._report = report

    def archive_folder(self, landing: Path, archive: Path) -> None:
        """The local landing folder."""

        def find(relative_path: str, content_sha256: str, address: str) -> bool:
            path = Path(address)
            return path.is_file() and not os.path.lexists(landing / relative_path) and sha256_of(path) == content_sha256

        self._settle_interrupted(find, is_ours=lambda address: address.startswith("/"))
        files = (found for found in take_inventory(landing, self._limits) if isinstance(found, LandedFile))
        for path, group in groupby(files, key=lambda file: file.path):
            entries = list(group)
            if path.is_symlink() or not self._is_processed(entries):
                continue
            file = entries[0]
            relative_path = relative_path_of(path, landing)
            content_sha256 = sha256_of(path) if file.is_one_of_several else file.content_sha256
            try:
                target, is_there = place_in_archive(file, content_sha256, landing, archive)
                number = self._plan(
                    relative_path, content_sha256, os.fsencode(target).decode("utf-8", "backslashreplace")
                )
                move_file(file, content_sha256, target, is_there=is_there)
            except (ArchiveFailed, OSError) as error:
                self._fail(file.shown_path, error)
            else:
                self._done(number, file.shown_path, target.relative_to(archive).as_posix())

    def archive_remote(self, landing: RemoteLanding, remote: RemoteSources) -> None:
        """A remote landing: what lies there in the version that was landed, and was processed."""
        options: Mapping[str, Any] = {}
        with self._connection, self._connection.cursor() as cursor:
            known = book.newest_versions(cursor, landing.name)
        try:
            options = remote.options(landing)
            with opened_places((landing.address, landing.archive), options) as (place, archive):
                self._settle_interrupted_remote(landing, place, archive, known)
                for entry in place.entries():
                    file = known.get(entry.relative)
                    if entry.kind != "file" or not file or not file.version.is_same_as(entry.version):
                        continue
                    copy = remote.inbox / file.inbox_path
                    entries = look_at(copy, remote.inbox.resolve(), file.relative_path, self._limits)
                    if file.is_landed and self._is_processed(entries):
                        self._move_remote(landing, place, archive, file)
        except Exception as error:
            text = error if isinstance(error, SupplierSlaError) else f"{type(error).__name__}: {error}"
            self._fail(f"landing {landing.name}", without_secrets(str(text), options))

    def _move_remote(
        self, landing: RemoteLanding, place: RemotePlace, archive: RemotePlace, file: book.FetchedFile
    ) -> None:
        def content_at(relative: str) -> str | None:
            version = archive.version(relative)
            if version is None:
                return None
            return _remote_sha256(archive, relative) if version.byte_size == file.version.byte_size else ""

        target, is_there = free_place(file.remote_path, file.content_sha256, content_at)
        number = self._plan(file.relative_path, file.content_sha256, _address(landing, target))
        try:
            if is_there:
                place.remove_original(file.remote_path)
            else:
                place.move(file.remote_path, archive, target)
        except FileExistsError as error:
            self._fail(file.relative_path, error)
        else:
            self._done(number, file.relative_path, target)

    def _settle_interrupted_remote(
        self, landing: RemoteLanding, place: RemotePlace, archive: RemotePlace, known: Mapping[str, book.FetchedFile]
    ) -> None:
        prefix = _address(landing, "")
        remote_paths = {file.relative_path: file.remote_path for file in known.values()}

        def find(relative_path: str, content_sha256: str, address: str) -> bool:
            relative, remote_path = address[len(prefix) :], remote_paths.get(relative_path)
            is_gone = remote_path is not None and place.version(remote_path) is None
            return (
                is_gone
                and archive.version(relative) is not None
                and _remote_sha256(archive, relative) == content_sha256
            )

        self._settle_interrupted(find, is_ours=lambda address: address.startswith(prefix))

    def _settle_interrupted(self, find: Callable[[str, str, str], bool], *, is_ours: Callable[[str], bool]) -> None:
        """Moves that a crash left without their end: done if the file lies in the archive and no more where it was."""
        with self._connection, self._connection.cursor() as cursor:
            for number, relative_path, content_sha256, address in archive_book.interrupted_moves(cursor):
                if is_ours(address) and find(relative_path, content_sha256, address):
                    archive_book.mark_moved(cursor, number)

    def _is_processed(self, entries: Iterable[Any]) -> bool:
        with self._connection, self._connection.cursor() as cursor:
            return archive_book.is_processed(cursor, list(entries))

    def _plan(self, relative_path: str, content_sha256: str, address: str) -> int:
        with self._connection, self._connection.cursor() as cursor:
            return archive_book.plan_move(
                cursor,
                relative_path=relative_path,
                content_sha256=content_sha256,
                archive_address=address,
                as_of=self._as_of,
                run_id=self._run_id,
            )

    def _done(self, archived_file_id: int, shown_path: str, place: str) -> None:
        with self._connection, self._connection.cursor() as cursor:
            archive_book.mark_moved(cursor, archived_file_id)
        self.moved += 1
        self._report(f"{shown_path}: moved to the archive" + ("" if shown_path.endswith(place) else f" as {place!r}"))

    def _fail(self, name: str, error: object) -> None:
        sentence = f"{name}: {' '.join(str(error).split())}"
        self.failures.append(sentence)
        self._report(f"{name}: not archived, {' '.join(str(error).split())}")


def _address(landing: RemoteLanding, relative: str) -> str:
    return f"{landing.archive.rstrip('/')}/{os.fsencode(relative).decode('utf-8', 'backslashreplace')}"


def _remote_sha256(place: RemotePlace, relative: str) -> str:
    digest = hashlib.sha256()
    for block in place.read(relative, _READ_BYTES):
        digest.update(block)
    return digest.hexdigest()
