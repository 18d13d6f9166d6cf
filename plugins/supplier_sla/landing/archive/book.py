"""Where processed files went, `ops.archived_file`; and which deliveries are settled for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.inventory import LandedFile, SkippedFile


def is_processed(cursor: Cursor, entries: Sequence[LandedFile | SkippedFile]) -> bool:
    """Whether everything in a file on disk is in the warehouse and has passed the door in as a whole.

    Refused files are not processed: they stay where a data steward sees them and the next night tries them again.
    """
    files = [entry for entry in entries if isinstance(entry, LandedFile)]
    return bool(files) and all(_is_settled(cursor, file) for file in files)


def _is_settled(cursor: Cursor, file: LandedFile) -> bool:
    cursor.execute(
        """
        select coalesce(bool_and(state not in ('received', 'refused') and (is_checked or rows_loaded = 0)), false)
        from ops.delivery
        where relative_path = %s and content_sha256 = %s
        """,
        (file.relative_path, file.content_sha256),
    )
    row = cursor.fetchone()
    return bool(row and row[0])


def plan_move(
    cursor: Cursor, *, relative_path: str, content_sha256: str, archive_address: str, as_of: datetime, run_id: str
) -> int:
    """Write down what is about to be moved and return its archived_file_id: a crash leaves that trace."""
    cursor.execute(
        """
        insert into ops.archived_file (relative_path, content_sha256, archive_address, as_of, run_id)
        values (%s, %s, %s, %s, %s)
        on conflict (relative_path, content_sha256, archive_address) do update
            set as_of = excluded.as_of, run_id = excluded.run_id, archived_at = clock_timestamp()
        returning archived_file_id
        """,
        (relative_path, content_sha256, archive_address, as_of, run_id),
    )
    row = cursor.fetchone()
    assert row is not None  # an upsert without a condition returns its row
    return int(row[0])


def mark_moved(cursor: Cursor, archived_file_id: int) -> None:
    """The file lies in the archive now."""
    cursor.execute("update ops.archived_file set is_moved = true where archived_file_id = %s", (archived_file_id,))


def interrupted_moves(cursor: Cursor) -> list[tuple[int, str, str, str]]:
    """archived_file_id, path, SHA-256 and archive address of moves that a crash may have left without their end."""
    cursor.execute(
        """
        select archived_file_id, relative_path, content_sha256, archive_address
        from ops.archived_file
        where not is_moved
        order by archived_file_id
        """
    )
    return cursor.fetchall()


def archive_addresses(cursor: Cursor, relative_paths: list[str]) -> list[str]:
    """Where files of these paths lie in archives, newest first; moves without a known end included."""
    cursor.execute(
        """
        select archive_address from ops.archived_file where relative_path = any(%s) order by archived_file_id desc
        """,
        (relative_paths,),
    )
    return [address for (address,) in cursor.fetchall()]
