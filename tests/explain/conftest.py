"""One published night about the tickets of the story, and the command that explains them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from supplier_sla.database import session
from supplier_sla.explain.__main__ import main
from supplier_sla.extracts.handover import hand_over
from supplier_sla.extracts.receiver import load_receivers
from tests.conftest import Warehouse
from tests.explain import story
from tests.support.databases import another_warehouse
from tests.support.nights import night

Explain = Callable[..., str]


@pytest.fixture(scope="package")
def told(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The story landed, published and handed over to finance."""
    home = tmp_path_factory.mktemp("story")
    with another_warehouse(template_database, "story") as warehouse:
        (home / "landing").mkdir()
        (home / "landing" / "tickets_broken.csv").write_text("number,opened\n1,2\n", encoding="utf-8")
        night(warehouse, home, story.exports(), story.AS_OF, marts=story.DOSSIER_MARTS)
        with session(warehouse.transformer_url) as connection:
            hand_over(
                connection,
                outbox=home / "outbox",
                as_of=story.AS_OF,
                receivers=load_receivers(),
                check=lambda _: {},
            )
        yield warehouse


@pytest.fixture
def explain(told: Warehouse, capsys: pytest.CaptureFixture[str]) -> Explain:
    """What `scripts/explain` prints with these arguments; fails when it exits with another status than expected."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--database-url", told.transformer_url]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run
