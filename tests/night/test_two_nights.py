"""A home belongs to one night at a time."""

from __future__ import annotations

import pytest

from tests.night.conftest import SampleNight

pytestmark = pytest.mark.night


def test_two_nights_in_one_home_do_not_meet(sample_night: SampleNight) -> None:
    home = sample_night.home
    running = home.start()
    try:
        assert running.stdout is not None
        next(line for line in running.stdout if "PostgreSQL is ready" in line)
        refused = home.run()
        assert refused.code == 1
        assert "another --home" in refused.errors
    finally:
        running.communicate(timeout=300)
    assert running.returncode == 0
