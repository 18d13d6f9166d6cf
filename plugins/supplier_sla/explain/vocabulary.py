"""The dossier's words in one language: its own file, and the vocabularies of the published night."""

from __future__ import annotations

from pathlib import Path

from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from supplier_sla.bilingual import Words
from supplier_sla.published import published_slot

WORDS = Path(__file__).parent / "words.yml"


def dossier_words(cursor: RealDictCursor, language: str) -> Words:
    """Words in `language`; statuses and kinds of events as the warehouse labels them."""
    return Words.of(WORDS, language, published_labels(cursor, language))


def published_labels(cursor: RealDictCursor, language: str) -> dict[str, dict[str, str]]:
    """Labels of statuses and kinds of events in the published night."""
    slot, _ = published_slot(cursor)
    cursor.execute(
        "select status_code as code, status_name as en, status_name_zh as zh from marts.dim_measurement_status"
    )
    statuses = {row["code"]: row[language] for row in cursor.fetchall()}
    cursor.execute(
        sql.SQL("select code, label as en, label_zh as zh from {}").format(
            sql.Identifier(f"intermediate_{slot.rpartition('_')[2]}", "ticket_event_type")
        )
    )
    event_types = {row["code"]: row[language] for row in cursor.fetchall()}
    return {"status": statuses, "event_type": event_types}
