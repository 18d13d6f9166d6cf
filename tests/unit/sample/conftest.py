"""One default sample, made once and only read by the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.sample import SampleOptions, SampleResult, generate


@pytest.fixture(scope="session")
def sample_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="session")
def sample(sample_directory: Path) -> SampleResult:
    return generate(SampleOptions(out=sample_directory))
