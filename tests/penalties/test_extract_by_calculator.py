"""A person who has the extract's CSV files, the contracts and a calculator comes to the same cent on every line."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.extracts.handover import hand_over
from supplier_sla.extracts.receiver import load_receivers
from tests.penalties.conftest import PublishedBook
from tests.support.reference.penalties_books import SECOND_NIGHT
from tests.support.reference.penalties_calculator import mistakes, read_csv
from tests.support.reference.penalties_comparison import published_lines
from tests.support.reference.penalties_register import Register

Csv = list[dict[str, str]]


@pytest.fixture(scope="module")
def handed_over(published: PublishedBook, tmp_path_factory: pytest.TempPathFactory) -> tuple[Csv, Csv]:
    """Lines and missed tickets of the first extract, everything that the two nights released."""
    outbox = tmp_path_factory.mktemp("outbox")
    with session(published.warehouse.transformer_url) as connection:
        hand_over(
            connection, outbox=outbox, as_of=SECOND_NIGHT, receivers=load_receivers(), check=lambda _: {},
        )  # fmt: skip
    return _only(outbox, "penalty_extract"), _only(outbox, "breach_extract")


def test_every_line_can_be_recomputed(published: PublishedBook, handed_over: tuple[Csv, Csv]) -> None:
    lines, tickets = handed_over
    kinds = Counter(line["penalty_kind"] for line in lines)
    found = list(mistakes(lines, tickets, Register(published.book.exports, SECOND_NIGHT)))
    assert not found, f"{len(found)} of {len(lines)} lines, such as\n" + "\n".join(found[:10])
    assert len(kinds) == 9 and min(kinds.values()) > 20, kinds


def test_lines_of_a_key_add_up_to_what_it_owes(published: PublishedBook, handed_over: tuple[Csv, Csv]) -> None:
    sums: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    for line in handed_over[0]:
        sums[line["contract_id"], line["penalty_term_id"], line["period_month"]] += Fraction(line["amount"])
    disputed = {row["contract_id"] for row in published.book.exports["decisions"] if row["decision_kind"] == "dispute"}
    owed = {
        (key[0], key[1], str(key[2])): line["owed_amount"] for key, line in published_lines(published.warehouse).items()
    }
    # Lines of disputed contracts may be held back; every other line was released.
    wanted = {key: amount for key, amount in owed.items() if amount and key[0] not in disputed}
    assert {key: amount for key, amount in sums.items() if amount and key[0] not in disputed} == wanted


def _only(outbox: Path, name: str) -> Csv:
    (path,) = outbox.glob(f"{name}_*.csv")
    return read_csv(path)
