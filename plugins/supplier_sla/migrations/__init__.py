"""Alembic migrations of the state schemas: raw, ops, finance, and the empty shells of the derived ones."""
