"""The service level of which a tool's own verdict speaks."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEW_COLUMNS = ("source_service_level_id",)

# The columns of the file contract on the day of this migration, in its order, which is that of the hash.
HASHED_COLUMNS = """
    source_system, ticket_id, ticket_type_code, category_code, priority_code, state_code, work_centre_id, contract_id,
    title, address, opened_at, assigned_at, responded_at, promised_at, resolved_at, closed_at, cancelled_at,
    source_verdict, source_service_level_id, updated_at
"""


def upgrade() -> None:
    op.execute(f"alter table raw.tickets {', '.join(f'add column {column} text' for column in NEW_COLUMNS)}")
    # A row delivered again stays an exact repeat: its hash is now taken over the new column, too.
    op.execute(f"update raw.tickets set _row_hash = md5(row({HASHED_COLUMNS})::text)::uuid")  # noqa: S608
