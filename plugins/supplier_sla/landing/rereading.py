"""Which lines of a file that is read again may load: only those that say something that nobody has said since."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract


@dataclass(frozen=True)
class Reread:
    """The delivery whose file is read again, and all that have read it so far, itself included."""

    first_delivery_id: int
    delivery_ids: tuple[int, ...]


def withhold_loaded_lines(cursor: Cursor, contract: FileContract, reread: Reread) -> int:
    """Take the lines that an earlier reading has loaded out of `incoming` and `problem`; returns their number.

    They stay as they were understood then: a profile that means something else now is a new statement, and needs a new
    delivery. Lines of a delivery that was refused after loading count for nothing.
    """
    values = {"delivery_ids": list(reread.delivery_ids)}
    cursor.execute(
        sql.SQL(
            """
            create temporary table withheld on commit drop as
            select distinct known._line as line
            from {raw_table} as known
            inner join ops.delivery as earlier on known._delivery_id = earlier.delivery_id
            where
                known._delivery_id = any(%(delivery_ids)s) and earlier.state in ('loaded', 'partly_loaded')
                and (
                    exists (select from incoming where incoming._line = known._line)
                    or exists (select from problem where problem.line = known._line)
                )
            """
        ).format(raw_table=sql.Identifier("raw", contract.entity)),
        values,
    )
    rows = int(cursor.rowcount)
    cursor.execute("delete from incoming using withheld where withheld.line = incoming._line")
    cursor.execute("delete from problem using withheld where withheld.line = problem.line")
    return rows


def set_aside_restated_rows(cursor: Cursor, contract: FileContract, reread: Reread) -> int:
    """Count rows as repeated whose key and version were loaded by a delivery after the first; returns their number.

    Of two rows of one key and version the one that was delivered later counts. A line read again stands in a delivery
    of today, and would win over what the source has said since.
    """
    cursor.execute(
        sql.SQL(
            """
            insert into repeated (line)
            select prepared._line
            from prepared
            where
                not exists (select from repeated where repeated.line = prepared._line)
                and exists (
                    select
                    from {raw_table} as known
                    where
                        known.{lookup} = prepared.{lookup}
                        and {same_key}
                        and known._version_at is not distinct from prepared._version_at
                        and known._delivery_id > %(first)s and known._delivery_id <> all(%(delivery_ids)s)
                        and (select state from ops.delivery where delivery_id = known._delivery_id)
                        in ('loaded', 'partly_loaded')
                )
            """
        ).format(
            raw_table=sql.Identifier("raw", contract.entity),
            lookup=sql.Identifier(contract.lookup_column),
            same_key=sql.SQL(" and ").join(
                sql.SQL("known.{0} is not distinct from prepared.{0}").format(sql.Identifier(name))
                for name in contract.key
            ),
        ),
        {"first": reread.first_delivery_id, "delivery_ids": list(reread.delivery_ids)},
    )
    return int(cursor.rowcount)
