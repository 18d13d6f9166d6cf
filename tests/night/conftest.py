"""The sample night is run once; the tests of this folder ask it questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.commands import Finished, NightHome


@dataclass(frozen=True)
class SampleNight:
    """The home after the first night on the sample, and what the command said."""

    home: NightHome
    first: Finished


@pytest.fixture(scope="session")
def sample_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleNight]:
    home = NightHome(tmp_path_factory.mktemp("sample_night"))
    first = home.run()
    assert first.code == 0, first.output + first.errors
    yield SampleNight(home, first)
    home.stop()


@pytest.fixture
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NightHome]:
    home = NightHome(tmp_path_factory.mktemp("night"))
    yield home
    home.stop()
