"""What stands in quarantine, as people ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import RealDictCursor

from supplier_sla.errors import SupplierSlaError

Row = Mapping[str, Any]


class NotInQuarantine(SupplierSlaError):
    """There is no row in quarantine with this number."""


@dataclass(frozen=True)
class Filter:
    """Which problems to list; what is None does not restrict. `since` is the as_of of the delivery."""

    source: str | None = None
    entity: str | None = None
    reason: str | None = None
    delivery_id: int | None = None
    is_open: bool = False
    since: datetime | None = None


_COLUMNS = """
    state.quarantine_id, state.delivery_id, delivery.relative_path, delivery.profile, state.entity, state.line,
    state.column_name, state.value_found, state.expected, state.reason_code, state.record_key, state.as_of,
    state.first_seen_at, state.seen_count, state.status_code, state.mended_by_delivery_id, state.mended_at
"""

_CONDITIONS = """
    (%(source)s::text is null or delivery.profile = %(source)s)
    and (%(entity)s::text is null or state.entity = %(entity)s)
    and (%(reason)s::text is null or state.reason_code = %(reason)s)
    and (%(delivery_id)s::bigint is null or state.delivery_id = %(delivery_id)s)
    and (not %(is_open)s or state.status_code = 'open')
    and (%(since)s::timestamptz is null or state.as_of >= %(since)s)
"""


def list_problems(cursor: RealDictCursor, wanted: Filter, *, at_most: int | None = None) -> tuple[list[Row], int]:
    """The first problems that fit, newest delivery first, in the order of the file; and how many fit in all."""
    cursor.execute(
        f"""
        select {_COLUMNS}, count(*) over () as fitting_count
        from ops.quarantine_state as state
        inner join ops.delivery as delivery on state.delivery_id = delivery.delivery_id
        where {_CONDITIONS}
        order by state.delivery_id desc, state.line, state.quarantine_id
        limit %(at_most)s
        """,  # noqa: S608 - the pieces are constants of this module
        {
            "source": wanted.source,
            "entity": wanted.entity,
            "reason": wanted.reason,
            "delivery_id": wanted.delivery_id,
            "is_open": wanted.is_open,
            "since": wanted.since,
            "at_most": at_most,
        },
    )
    rows = cursor.fetchall()
    return list(rows), int(rows[0]["fitting_count"]) if rows else 0


def list_refused(cursor: RealDictCursor, wanted: Filter) -> list[Row]:
    """Files that were kept out as a whole and not read again with success; `reason` does not restrict them."""
    cursor.execute(
        """
        select delivery.delivery_id, delivery.relative_path, delivery.profile, delivery.entity, delivery.as_of,
            delivery.rows_in_file, delivery.reason
        from ops.delivery as delivery
        where
            delivery.state = 'refused'
            and (%(source)s::text is null or delivery.profile = %(source)s)
            and (%(entity)s::text is null or delivery.entity = %(entity)s)
            and (%(delivery_id)s::bigint is null or delivery.delivery_id = %(delivery_id)s)
            and (%(since)s::timestamptz is null or delivery.as_of >= %(since)s)
            and not exists (
                select
                from ops.delivery as later
                where
                    later.content_sha256 = delivery.content_sha256
                    and later.relative_path = delivery.relative_path
                    and later.delivery_id > delivery.delivery_id
                    and coalesce(delivery.entity, later.entity) is not distinct from later.entity
            )
        order by delivery.delivery_id desc
        """,
        {
            "source": wanted.source,
            "entity": wanted.entity,
            "delivery_id": wanted.delivery_id,
            "since": wanted.since,
        },
    )
    return list(cursor.fetchall())


def read_problem(cursor: RealDictCursor, quarantine_id: int) -> tuple[Row, list[Row]]:
    """One problem with its record and its delivery, and the other problems of the same line.

    Raises:
        NotInQuarantine: there is no such number.
    """
    cursor.execute(
        f"""
        select {_COLUMNS}, state.record, delivery.content_sha256, delivery.state as delivery_state,
            delivery.reason as delivery_reason, delivery.rows_in_file, mending.relative_path as mended_by_path
        from ops.quarantine_state as state
        inner join ops.delivery as delivery on state.delivery_id = delivery.delivery_id
        left join ops.delivery as mending on state.mended_by_delivery_id = mending.delivery_id
        where state.quarantine_id = %s
        """,  # noqa: S608 - the columns are a constant of this module
        (quarantine_id,),
    )
    problem = cursor.fetchone()
    if problem is None:
        raise NotInQuarantine(
            f"quarantine {quarantine_id}",
            expected="a number that scripts/quarantine list shows",
            found="none such",
            next_step="run scripts/quarantine list",
        )
    cursor.execute(
        "select column_name, value_found, expected, reason_code, quarantine_id from ops.quarantined_row"
        " where delivery_id = %s and line = %s and quarantine_id <> %s order by quarantine_id",
        (problem["delivery_id"], problem["line"], quarantine_id),
    )
    return problem, list(cursor.fetchall())
