"""One warehouse for all tests of decisions and release: lines proposed on two evenings by hand, then one real night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Warehouse
from tests.settlement.cases import AS_OF, CASES, CORRECTED, PROPOSED, exports, proposed
from tests.support import nights, slot_tables
from tests.support.databases import another_warehouse

MARTS = ("path:models/marts/finance", "qc_decision_question")


@pytest.fixture(scope="package")
def settled(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The night as of AS_OF, over the lines of the evenings before; extract 1 carries the lines of three contracts."""
    with another_warehouse(template_database, "settlement") as warehouse:
        for as_of, number in ((PROPOSED, 0), (CORRECTED, -1)):
            rows, breaches = proposed(CASES, number)
            slot_tables.night(warehouse, *rows, breaches=breaches, as_of=as_of)
        warehouse.query(
            "insert into finance.extract (receiver_code, extract_number, as_of, line_count, layout, layout_version)"
            " values ('finance', 1, %s, 3, 'csv', 2);"
            " insert into finance.extract_line (receiver_code, extract_number, line_number, attempt_number, amount,"
            "   currency_code, detail)"
            " select 'finance', 1, line_number, 1, amount, currency_code, '{}' from finance.ledger_line"
            " where contract_id like 'extracted%%'",
            (CORRECTED,),
        )
        # The acknowledgements name the lines by their numbers.
        numbers = dict(
            warehouse.query("select contract_id, line_number from finance.ledger_line order by line_number desc")
        )
        home = tmp_path_factory.mktemp("settlement")
        nights.night(warehouse, home, exports(CASES, numbers), AS_OF, marts=MARTS)
        yield warehouse
