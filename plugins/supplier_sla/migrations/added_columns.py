"""New columns of raw tables that have rows: what was loaded before them stays known by its hash."""

from __future__ import annotations

from alembic import op


def add_columns(entity: str, added: str, hashed: str) -> None:
    """Add text columns to `raw.<entity>` and take the hash of its rows over them, too.

    A row delivered again then stays an exact repeat. Of a row whose personal values were taken out, the hash is of what
    it said before; it stays.

    Args:
        entity: name of the entity, written in a migration.
        added: names of the new columns, by spaces.
        hashed: names of all columns of the file contract on the day of the migration, by spaces, in their order, which
            is that of the hash.
    """
    new = added.split()
    after = hashed.split()
    before = [name for name in after if name not in new]
    op.execute(f"alter table raw.{entity} {', '.join(f'add column {name} text' for name in new)}")
    op.execute(
        f"update raw.{entity} set _row_hash = md5(row({', '.join(after)})::text)::uuid"  # noqa: S608
        f" where _row_hash = md5(row({', '.join(before)})::text)::uuid"
    )
