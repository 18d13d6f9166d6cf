"""At each publication, per key and component, owed less already posted is posted if it is not zero.

So a re-run posts nothing, late data, rulings and waivers become lines of their own by themselves, and the sum of the
ledger is what is owed, always. The database refuses to change a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json, execute_values

from supplier_sla.ledger.chain import end_of_chain
from supplier_sla.ledger.differences import Difference, find_differences, find_evidence
from supplier_sla.ledger.line import LedgerLine, Texts
from supplier_sla.ledger.owed import require_sound_amounts
from supplier_sla.periods.open_period import open_period


def post_differences(
    cursor: Cursor,
    *,
    slot: str,
    publication_id: int,
    as_of: datetime,
    record_publication: Callable[[int], None],
) -> int:
    """Post owed less posted for every key and component of the slot's `fct_penalty`, and return the number of lines.

    Runs inside the caller's transaction, under the publication lock. `record_publication(count)` writes the row that
    the lines refer to. A key that is posted but no longer owed goes back to zero, component by component.

    Raises:
        AmountsUnsound: the components of an owed amount do not come to it.
    """
    require_sound_amounts(cursor, slot)
    differences = find_differences(cursor, slot)
    record_publication(len(differences))
    if not differences:
        return 0
    evidence = find_evidence(cursor, slot, differences)
    number, previous_hash = end_of_chain(cursor)
    period = open_period(cursor, as_of)
    lines = list(_lines(differences, evidence, number, publication_id, period, as_of))
    _insert(cursor, lines, previous_hash)
    return len(lines)


def _lines(
    differences: Sequence[Difference],
    evidence: Sequence[Sequence[Texts]],
    last_number: int,
    publication_id: int,
    accounting_period: date,
    as_of: datetime,
) -> Iterator[LedgerLine]:
    initial: dict[tuple, int] = {}
    balance: dict[tuple, Decimal] = {}
    for number, (found, tickets) in enumerate(zip(differences, evidence, strict=True), start=last_number + 1):
        corrects = found.initial_line_number or initial.get(found.key)
        balance[found.key] = balance.get(found.key, found.key_before_amount) + found.amount
        if corrects is None:
            # The key's first line is its penalty: without one there is nothing to give back (see AmountsUnsound).
            initial[found.key] = number
        yield LedgerLine(
            line_number=number,
            publication_id=publication_id,
            line_kind=_line_kind(found, is_first=corrects is None),
            contract_id=found.contract_id,
            penalty_term_id=found.penalty_term_id,
            period_month=found.period_month,
            currency_code=found.currency_code,
            amount=found.amount,
            owed_amount=balance[found.key],
            accounting_period=accounting_period,
            corrects_line_number=corrects,
            as_of=as_of,
            detail=found.detail,
            evidence=tickets,
        )


def _line_kind(found: Difference, *, is_first: bool) -> str:
    if found.component_code != "penalty":
        return found.component_code
    return "initial" if is_first else "adjustment"


def _insert(cursor: Cursor, lines: Sequence[LedgerLine], previous_hash: str) -> None:
    rows = []
    for line in lines:
        line_hash = line.hash_after(previous_hash)
        rows.append(
            (
                line.line_number, line.publication_id, line.line_kind, line.contract_id, line.penalty_term_id,
                line.period_month, line.currency_code, line.amount, line.owed_amount, line.accounting_period,
                line.corrects_line_number, line.as_of, Json(line.detail), previous_hash, line_hash,
            )
        )  # fmt: skip
        previous_hash = line_hash
    execute_values(
        cursor,
        "insert into finance.ledger_line (line_number, publication_id, line_kind, contract_id, penalty_term_id,"
        " period_month, currency_code, amount, owed_amount, accounting_period, corrects_line_number, as_of, detail,"
        " previous_hash, line_hash) values %s",
        rows,
    )
    execute_values(
        cursor,
        "insert into finance.ledger_evidence (line_number, evidence_number, detail) values %s",
        [
            (line.line_number, number, Json(entry))
            for line in lines
            for number, entry in enumerate(line.evidence, start=1)
        ],
    )
