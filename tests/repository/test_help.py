"""Every command answers --help on a machine where nothing is installed yet."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

HELP_MODULES = {
    path.name: match[1]
    for path in sorted((REPOSITORY / "scripts").iterdir())
    if path.is_file() and (match := re.search(r"^run \S+ (\S+) ", path.read_text(encoding="utf-8"), re.MULTILINE))
}


def test_the_commands_are_found() -> None:
    assert {"nightly", "explain", "quarantine", "new_source", "retention", "benchmark"} <= HELP_MODULES.keys()


@pytest.mark.parametrize("command", HELP_MODULES)
def test_help_needs_nothing_but_python(command: str) -> None:
    paths = os.pathsep.join(str(REPOSITORY / folder) for folder in ("plugins", "scripts"))
    bare = [sys.executable, "-S", "-m", HELP_MODULES[command], "--help"]
    answer = subprocess.run(bare, env={"PYTHONPATH": paths}, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    assert f"usage: scripts/{command}" in answer.stdout
