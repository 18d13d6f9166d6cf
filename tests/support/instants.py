"""Instants in tests."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(text: str) -> datetime:
    """An instant from '2026-03-08 07:00[:00]', read as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
