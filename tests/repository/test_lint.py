"""The linters have nothing to say: each runs as a person would run it, with what pyproject.toml says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from supplier_sla.dbt_runs import address_variables
from supplier_sla.settings import SLOTS
from tests.conftest import Warehouse

REPOSITORY = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 600  # mypy without its cache on a busy small machine
SHELL_SCRIPTS = sorted(
    path
    for pattern in ("scripts/*", "scripts/lib/*", "docker/*.sh", ".ci/*")
    for path in REPOSITORY.glob(pattern)
    if path.is_file() and "python" not in path.read_text(encoding="utf-8").partition("\n")[0]
)


def complaints(*command: str, variables: dict[str, str] | None = None) -> str:
    """What the command printed when its exit status is not 0; else nothing."""
    finished = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if finished.returncode == 0:
        return ""
    return f"{' '.join(command)}: exit status {finished.returncode}\n{finished.stdout}{finished.stderr}"


def test_ruff_finds_nothing() -> None:
    assert not complaints(sys.executable, "-m", "ruff", "check", ".")


def test_python_is_formatted() -> None:
    assert not complaints(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_types_fit() -> None:
    assert not complaints(sys.executable, "-m", "mypy")


def test_sql_keeps_the_house_style(warehouse: Warehouse, tmp_path: Path) -> None:
    """Over what dbt compiles; macros are seen where models use them. dbt's own files stay out of the project."""
    variables = {
        **address_variables(warehouse.transformer_url),
        "SUPPLIER_SLA_SLOT": SLOTS[0],
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    folders = ("dbt_project/models", "dbt_project/tests/singular")
    assert not complaints(sys.executable, "-m", "sqlfluff", "lint", "--processes", "2", *folders, variables=variables)


@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_shell_script_can_be_read(script: Path) -> None:
    assert not complaints("bash", "-n", str(script))
