"""The macros of intervals against published figures and against a second calculation, on PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from jinja2 import Environment

from supplier_sla.settings import REPOSITORY
from tests.conftest import Warehouse
from tests.support.reference.intervals import newcombe, wilson

MACROS = REPOSITORY / "dbt_project" / "macros"
ROUNDING = 0.0000006
# Printed to four places.
PRINTED = 0.00005 + ROUNDING

# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3: successes, cases, interval.
PUBLISHED_SHARES = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: first share less second, interval.
PUBLISHED_DIFFERENCES = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


def sql_of(call: str) -> str:
    """The SQL of a macro call as dbt renders it."""
    macros = "".join(
        (MACROS / f"{name}.sql").read_text() for name in ("wilson_limit", "wilson_bound", "newcombe_bound")
    )
    return Environment(autoescape=False).from_string(f"{macros}{{{{ {call} }}}}").render()


def in_database(
    warehouse: Warehouse, rows: Sequence[tuple[int, ...]], macro: str
) -> list[tuple[float | None, float | None]]:
    """Lower and upper end of the macro's interval for each row of its arguments."""
    names = "abcd"[: len(rows[0])]
    arguments = ", ".join(f"'{name}'" for name in names)
    values = ", ".join(f"({number}, {', '.join(str(value) for value in row)})" for number, row in enumerate(rows))
    ends = ", ".join(f"({sql_of(f'{macro}({arguments}, {side!r})')})::float" for side in "-+")
    return warehouse.query(
        f"select {ends} from (values {values}) as given (number, {', '.join(names)}) order by number"
    )


def random_share(chance: random.Random) -> tuple[int, int]:
    cases = chance.choice((1, 2, 7, 40, 1_000, 250_000))
    return chance.choice((0, cases, chance.randint(0, cases))), cases


def test_shares_have_the_published_intervals(warehouse: Warehouse) -> None:
    found = in_database(warehouse, [row[:2] for row in PUBLISHED_SHARES], "wilson_bound")
    for (successes, cases, *published), ends in zip(PUBLISHED_SHARES, found, strict=True):
        assert ends == pytest.approx(tuple(published), abs=PRINTED), (successes, cases)


def test_differences_have_the_published_intervals(warehouse: Warehouse) -> None:
    rows = [(*second, *first) for first, second, *_ in PUBLISHED_DIFFERENCES]
    found = in_database(warehouse, rows, "newcombe_bound")
    for (first, second, *published), ends in zip(PUBLISHED_DIFFERENCES, found, strict=True):
        assert ends == pytest.approx(tuple(published), abs=PRINTED), (first, second)


def test_both_calculations_agree_on_random_counts(warehouse: Warehouse) -> None:
    chance = random.Random(6)
    rows = [(*random_share(chance), *random_share(chance)) for _ in range(2_000)]
    for row, ends in zip(rows, in_database(warehouse, rows, "newcombe_bound"), strict=True):
        assert ends == pytest.approx(newcombe(row[:2], row[2:]), abs=ROUNDING), row
    for row, ends in zip(rows, in_database(warehouse, [row[:2] for row in rows], "wilson_bound"), strict=True):
        assert ends == pytest.approx(wilson(*row[:2]), abs=ROUNDING), row


def test_without_cases_there_is_no_interval(warehouse: Warehouse) -> None:
    assert in_database(warehouse, [(0, 0)], "wilson_bound") == [(None, None)]
    assert in_database(warehouse, [(0, 0, 3, 4), (3, 4, 0, 0)], "newcombe_bound") == [(None, None)] * 2
