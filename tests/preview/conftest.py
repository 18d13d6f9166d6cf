"""The published night of the story of tests/explain, and the command that previews changes of its register."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.preview.__main__ import main
from tests.conftest import Warehouse
from tests.explain import story
from tests.support.databases import another_warehouse
from tests.support.nights import night, write_exports

# What a preview reads.
MARTS = (
    *(
        f"path:models/{folder}"
        for folder in ("staging/contract_register", "intermediate/run", "marts/core", "marts/sla")
    ),
    "fct_penalty",
)

Preview = Callable[..., list[str]]


@pytest.fixture(scope="package")
def published(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The story landed and published."""
    with another_warehouse(template_database, "before_the_change") as warehouse:
        night(warehouse, tmp_path_factory.mktemp("before"), story.exports(), story.AS_OF, marts=MARTS)
        yield warehouse


@pytest.fixture
def preview(published: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Preview:
    """What `scripts/preview_change` prints for these rows, runs of blanks as one; fails unless it exits with `code`."""

    def run(
        changes: Mapping[str, Iterable[Mapping[str, Any]]], *options: str, code: int = 0, url: str | None = None
    ) -> list[str]:
        write_exports(tmp_path / "change", changes)
        arguments = [str(tmp_path / "change"), "--database-url", url or published.admin_url, *options]
        assert main(arguments) == code
        printed = capsys.readouterr()
        return [" ".join(line.split()) for line in (printed.err if code else printed.out).splitlines()]

    return run
