"""Terms of a service level: pauses by reason, retroactive start, reopening, change of priority, handover."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW_COLUMNS = ("pause_reasons", "count_from", "reopen_policy", "priority_change_policy", "handover_policy")

# The columns of the file contract on the day of this migration, in its order, which is that of the hash.
HASHED_COLUMNS = """
    service_level_id, contract_id, clause, service_level_name, service_level_name_zh, metric_code, service_code,
    ticket_type_code, category_code, priority_code, start_event, stop_event, pause_states, pause_reasons, count_from,
    reopen_policy, priority_change_policy, handover_policy, target_unit, target_value, calendar_id, attainment_target,
    minimum_sample, period_basis, valid_from, valid_to, updated_at
"""


def upgrade() -> None:
    op.execute(f"alter table raw.service_levels {', '.join(f'add column {column} text' for column in NEW_COLUMNS)}")
    # A row delivered again stays an exact repeat: its hash is now taken over the new columns, too.
    op.execute(f"update raw.service_levels set _row_hash = md5(row({HASHED_COLUMNS})::text)::uuid")  # noqa: S608
