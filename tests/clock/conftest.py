"""One night for the named rules of all topics."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock_rules import AS_OF, Case, Rules, all_exports
from tests.support.databases import another_warehouse
from tests.support.measurements import MEASURED_MARTS, published_readings
from tests.support.nights import night
from tests.support.reference import Reading


def topics() -> dict[str, Rules]:
    """The rules of every test_*_rules.py of this folder."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("test_*_rules.py"))
    return {name: importlib.import_module(f"tests.clock.{name}").RULES for name in names}


class Published:
    """The rows of fct_ticket_sla after the night, by ticket."""

    def __init__(self, rows: list[Reading]) -> None:
        self._rows: dict[str, list[Reading]] = defaultdict(list)
        for row in rows:
            self._rows[row.ticket_id].append(row)

    def holds(self, case: Case) -> None:
        """Fail unless the ticket has exactly the rows that the case says."""
        differences = case.differences(self._rows[case.row["ticket_id"]])
        assert not differences, "\n".join(differences)


@pytest.fixture(scope="session")
def published(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """All topics measured in one night."""
    with another_warehouse(template_database, "clock_rules") as warehouse:
        night(
            warehouse,
            tmp_path_factory.mktemp("clock_rules"),
            all_exports(topics().values()),
            AS_OF,
            marts=MEASURED_MARTS,
        )
        yield Published(published_readings(warehouse))
