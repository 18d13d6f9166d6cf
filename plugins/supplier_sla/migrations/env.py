"""Alembic environment: one connection, one transaction, one migrator at a time."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

MIGRATION_LOCK = 4_152_311


def run_migrations() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("create schema if not exists ops"))
        context.configure(connection=connection, version_table="alembic_version", version_table_schema="ops")
        context.run_migrations()
    engine.dispose()


run_migrations()
