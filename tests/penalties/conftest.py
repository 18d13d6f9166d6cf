"""Random contract books of two nights; their models are built once for every test that looks at them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.nights import night
from tests.support.reference.penalties_books import FIRST_NIGHT, SECOND_NIGHT, Book, grow_book

CONTRACTS, TWINS = 150, 40
MARTS = ("path:models/marts/finance", "rpt_ticket_sla_stretch")
# The first book always, more on request: PENALTY_BOOKS=20.
BOOKS = int(os.environ.get("PENALTY_BOOKS", "1"))


@dataclass(frozen=True)
class PublishedBook:
    """A book and the warehouse that read it."""

    book: Book
    warehouse: Warehouse


@pytest.fixture(scope="session", params=range(BOOKS), ids=lambda seed: f"book-{seed}")
def published(
    request: pytest.FixtureRequest, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PublishedBook]:
    """A part of the tickets, fees and decisions came in the first night, the rest in the second."""
    book = grow_book(request.param, CONTRACTS, TWINS)
    with another_warehouse(template_database, f"penalty_book_{request.param}") as warehouse:
        for number, (rows, as_of) in enumerate(
            zip(book.deliveries(request.param), (FIRST_NIGHT, SECOND_NIGHT), strict=True)
        ):
            home = tmp_path_factory.mktemp(f"night_{number}")
            night(warehouse, home, rows, as_of, marts=MARTS, dbt_tests="all")
        yield PublishedBook(book, warehouse)
