"""Whether the rows in `raw` are still those that were let in: number per delivery, and the hash each row came with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract, load_contracts

# Enough to see what happened; all rows of a rewritten table would only fill the screen.
MOST_ROWS_NAMED = 20

DELIVERIES = """
select deliveries.entity, deliveries.delivery_id, deliveries.relative_path, deliveries.rows_loaded
from ops.slot_delivery as used
inner join ops.delivery as deliveries on used.delivery_id = deliveries.delivery_id
where used.slot = %s
order by deliveries.delivery_id
"""
ROW_COUNTS = "select _delivery_id, count(*) from raw.{entity} where _delivery_id = any(%(deliveries)s) group by 1"
# A row is hashed as the loader does it (supplier_sla.landing.load).
CHANGED_ROWS = """
select _delivery_id, _line, {is_emptied}
from raw.{entity}
where _delivery_id = any(%(deliveries)s) and _row_hash is distinct from md5(row({columns})::text)::uuid
order by _delivery_id, _line
"""
EMPTIED_ENTITIES = "select distinct entity from ops.retention where rows_emptied > 0"


@dataclass
class RawRows:
    """What was looked at, and what is not as it was: sentences that name file and line."""

    delivery_count: int = 0
    row_count: int = 0
    emptied_count: int = 0
    problem_count: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, problem: str) -> None:
        """Count a problem, and keep it unless there are many already."""
        self.problem_count += 1
        if len(self.problems) < MOST_ROWS_NAMED:
            self.problems.append(problem)


def check_raw_rows(cursor: Cursor, slot: str) -> RawRows:
    """Look at every row of the deliveries that the slot's build uses.

    A row that retention has emptied has lost part of what its hash was taken of; it is counted, not a problem.
    """
    found, by_entity = RawRows(), dict[str, dict[int, tuple[str, int]]]()
    cursor.execute(DELIVERIES, (slot,))
    for entity, delivery_id, path, rows_loaded in cursor.fetchall():
        by_entity.setdefault(entity, {})[delivery_id] = (path, rows_loaded)
    cursor.execute(EMPTIED_ENTITIES)
    emptied = {entity for (entity,) in cursor.fetchall()}
    contracts = load_contracts()
    for entity, deliveries in sorted(by_entity.items()):
        _check_entity(cursor, contracts[entity], deliveries, found, may_be_emptied=entity in emptied)
    return found


def _check_entity(
    cursor: Cursor,
    contract: FileContract,
    deliveries: dict[int, tuple[str, int]],
    found: RawRows,
    *,
    may_be_emptied: bool,
) -> None:
    numbers = {"deliveries": list(deliveries)}
    cursor.execute(_statement(ROW_COUNTS, contract), numbers)
    counts = dict(cursor.fetchall())
    for delivery_id, (path, rows_loaded) in deliveries.items():
        count = counts.get(delivery_id, 0)
        found.delivery_count += 1
        found.row_count += count
        if count != rows_loaded:
            found.add(f"{path}: {rows_loaded} rows were loaded into raw.{contract.entity}, {count} are there")
    cursor.execute(_statement(CHANGED_ROWS, contract), numbers)
    for delivery_id, line, is_emptied in cursor.fetchall():
        if may_be_emptied and is_emptied:
            found.emptied_count += 1
        else:
            path = deliveries[delivery_id][0]
            found.add(f"{path} line {line}: the row in raw.{contract.entity} is not the one that was loaded")


def _statement(statement: str, contract: FileContract) -> sql.Composed:
    emptied: Sequence[str] = contract.emptied_columns
    return sql.SQL(statement).format(
        entity=sql.Identifier(contract.entity),
        columns=sql.SQL(", ").join(map(sql.Identifier, contract.column_by_name)),
        is_emptied=sql.SQL("num_nonnulls({}) = 0").format(sql.SQL(", ").join(map(sql.Identifier, emptied)))
        if emptied
        else sql.SQL("false"),
    )
