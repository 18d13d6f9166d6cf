"""The dossier's words in one language: its own file, and the vocabularies of the published night."""

from __future__ import annotations

from pathlib import Path

from psycopg2.extras import RealDictCursor

from supplier_sla.bilingual import Words
from supplier_sla.published import published_labels

WORDS = Path(__file__).parent / "words.yml"


def dossier_words(cursor: RealDictCursor, language: str) -> Words:
    """Words in `language`; statuses and kinds of events as the warehouse labels them."""
    return Words.of(WORDS, language, published_labels(cursor, language))
