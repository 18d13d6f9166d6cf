"""What was fetched, `ops.fetched_file`: which versions need not be fetched again, which copies have not been landed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.remote.place import RemoteVersion


@dataclass(frozen=True)
class FetchedFile:
    """One version of a remote file and its copy; `inbox_path` is relative to the inbox folder.

    One that `is_moved` to an archive is no longer at its path: what is found there now has come since.
    """

    fetched_file_id: int
    remote_path: str
    relative_path: str
    version: RemoteVersion
    content_sha256: str
    inbox_path: str
    is_landed: bool
    is_moved: bool


_COLUMNS = """
    fetched_file_id, remote_path, relative_path, byte_size, etag, modified_at, content_sha256, inbox_path, is_landed,
    exists (
        select from ops.archived_file
        where
            archived_file.relative_path = file.relative_path
            and archived_file.content_sha256 = file.content_sha256
            and archived_file.is_moved
    ) as is_moved
"""


def newest_versions(cursor: Cursor, landing: str) -> dict[str, FetchedFile]:
    """The version that was fetched last of each remote path."""
    cursor.execute(
        f"""
        select distinct on (remote_path) {_COLUMNS}
        from ops.fetched_file as file
        where landing = %s
        order by remote_path, fetched_file_id desc
        """,  # noqa: S608
        (landing,),
    )
    return {file.remote_path: file for file in map(_fetched, cursor.fetchall())}


def to_be_landed(cursor: Cursor, landing: str) -> list[FetchedFile]:
    """Copies that no run has landed yet, and newest versions with a refused or unfinished delivery, oldest first.

    A refused file is looked at every night, as in the landing folder: what refused it may have been mended.
    """
    cursor.execute(
        f"""
        select {_COLUMNS}
        from ops.fetched_file as file
        where
            landing = %(landing)s
            and (
                not is_landed
                or exists (
                    select from ops.delivery
                    where
                        state in ('refused', 'received')
                        and (
                            (delivery.relative_path = file.relative_path
                            and delivery.content_sha256 = file.content_sha256)
                            or starts_with(delivery.relative_path, file.relative_path || '!/')
                        )
                )
                and not exists (
                    select from ops.fetched_file as newer
                    where
                        newer.landing = file.landing and newer.remote_path = file.remote_path
                        and newer.fetched_file_id > file.fetched_file_id
                )
            )
        order by fetched_file_id
        """,  # noqa: S608
        {"landing": landing},
    )
    return [_fetched(row) for row in cursor.fetchall()]


def record_fetched(
    cursor: Cursor,
    *,
    landing: str,
    remote_path: str,
    relative_path: str,
    version: RemoteVersion,
    content_sha256: str,
    inbox_path: PurePosixPath,
    as_of: datetime,
    run_id: str,
) -> int:
    """Enter a copy and return its fetched_file_id."""
    cursor.execute(
        """
        insert into ops.fetched_file
            (landing, remote_path, relative_path, byte_size, etag, modified_at, content_sha256, inbox_path, as_of,
            run_id)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        returning fetched_file_id
        """,
        (
            landing,
            remote_path,
            relative_path,
            version.byte_size,
            version.etag,
            version.modified_at,
            content_sha256,
            str(inbox_path),
            as_of,
            run_id,
        ),
    )
    row = cursor.fetchone()
    assert row is not None  # an insert returns its row
    return int(row[0])


def mark_landed(cursor: Cursor, fetched_file_ids: list[int]) -> None:
    """These copies need not be looked at again, unless a delivery of theirs was refused."""
    cursor.execute(
        "update ops.fetched_file set is_landed = true where fetched_file_id = any(%s) and not is_landed",
        (fetched_file_ids,),
    )


def inbox_paths(cursor: Cursor, relative_paths: list[str]) -> list[str]:
    """Copies of what was delivered at any of these paths, newest first."""
    cursor.execute(
        "select inbox_path from ops.fetched_file where relative_path = any(%s) order by fetched_file_id desc",
        (relative_paths,),
    )
    return [path for (path,) in cursor.fetchall()]


def _fetched(row: tuple) -> FetchedFile:
    file_id, remote_path, relative_path, byte_size, etag, modified_at, *further = row
    return FetchedFile(file_id, remote_path, relative_path, RemoteVersion(byte_size, etag, modified_at), *further)
