"""Files that are left alone until the file that belongs to them is there: `ops.waiting_file`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from psycopg2.extensions import cursor as Cursor

Missing = Literal["control_file_missing", "data_file_missing"]


def wait(
    cursor: Cursor, relative_path: str, *, waits_for: str, reason: Missing, as_of: datetime, run_id: str
) -> datetime:
    """Write down that the file waits; returns the as_of of the first run in which it did."""
    cursor.execute(
        """
        insert into ops.waiting_file (relative_path, waits_for, reason_code, waiting_since, as_of, run_id)
        values (%(path)s, %(waits_for)s, %(reason)s, %(as_of)s, %(as_of)s, %(run_id)s)
        on conflict (relative_path) do update
        set
            waits_for = excluded.waits_for, reason_code = excluded.reason_code, as_of = excluded.as_of,
            run_id = excluded.run_id, waiting_since = least(waiting_file.waiting_since, excluded.as_of)
        returning waiting_since
        """,
        {"path": relative_path, "waits_for": waits_for, "reason": reason, "as_of": as_of, "run_id": run_id},
    )
    (since,) = cursor.fetchone() or (as_of,)
    assert isinstance(since, datetime)  # a timestamptz
    return since


def forget_files_that_wait_no_more(cursor: Cursor, run_id: str) -> None:
    """What did not wait in this run has got what it waited for, or is gone; what was booked in it waits no more."""
    cursor.execute(
        """
        delete from ops.waiting_file
        where
            run_id <> %(run_id)s
            or relative_path in (select relative_path from ops.delivery where run_id = %(run_id)s)
        """,
        {"run_id": run_id},
    )
