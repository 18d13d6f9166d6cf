"""One ledger line and the hash that chains it to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

FIRST_HASH = "0" * 64

Texts = dict[str, str | None]


@dataclass(frozen=True)
class LedgerLine:
    """One line as it is hashed; amounts are exact decimals, `detail` and `evidence` hold text only."""

    line_number: int
    publication_id: int
    line_kind: str
    contract_id: str
    penalty_term_id: str
    period_month: date
    currency_code: str
    amount: Decimal
    owed_amount: Decimal
    accounting_period: date
    corrects_line_number: int | None
    as_of: datetime
    detail: Texts
    evidence: Sequence[Texts]

    def hash_after(self, previous_hash: str) -> str:
        """SHA-256 over the previous line's hash and everything this line says, evidence included."""
        content = {
            "line_number": self.line_number,
            "publication_id": self.publication_id,
            "line_kind": self.line_kind,
            "contract_id": self.contract_id,
            "penalty_term_id": self.penalty_term_id,
            "period_month": self.period_month.isoformat(),
            "currency_code": self.currency_code,
            "amount": str(self.amount),
            "owed_amount": str(self.owed_amount),
            "accounting_period": self.accounting_period.isoformat(),
            "corrects_line_number": self.corrects_line_number,
            "as_of": text_of(self.as_of),
            "detail": self.detail,
            "evidence": list(self.evidence),
        }
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(f"{previous_hash}\n{canonical}".encode()).hexdigest()


def text_of(value: Any) -> str | None:
    """A value as a line keeps it: instants in UTC, numbers exact (as JSON numbers they would be floats)."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
