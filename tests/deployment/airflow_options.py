"""Which `AIRFLOW__SECTION__OPTION` names the installed Airflow and its providers read; asked in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

# Cosmos reads most of its options without declaring them; each is a variable of the same name in its settings module.
QUESTION = """
import json
from airflow.configuration import conf
import cosmos.settings
known = {section: sorted(content["options"]) for section, content in conf.configuration_description.items()}
known["cosmos"] = sorted({*known.get("cosmos", []), *vars(cosmos.settings)})
print(json.dumps(known))
"""
TIMEOUT_SECONDS = 120


def known_airflow_variables(airflow_home: Path) -> set[str]:
    """Names such as AIRFLOW__CORE__LOAD_EXAMPLES."""
    answer = subprocess.run(
        [sys.executable, "-c", QUESTION],
        env=clean_environment(airflow_home),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=True,
    )
    known: dict[str, list[str]] = json.loads(answer.stdout.splitlines()[-1])
    return {f"AIRFLOW__{section}__{option}".upper() for section, options in known.items() for option in options}


def airflow_accepts(command: list[str], airflow_home: Path) -> tuple[bool, str]:
    """Whether `airflow COMMAND --help` is known and names every long option of the command."""
    words = [word for word in command if not word.startswith("-")]
    subcommand = words[:2] if words[0] in {"jobs", "db", "backfill", "dags"} else words[:1]
    answer = subprocess.run(
        [sys.executable, "-m", "airflow", *subcommand, "--help"],
        env=clean_environment(airflow_home),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if answer.returncode != 0:
        return False, f"airflow {' '.join(subcommand)} --help ended with {answer.returncode}"
    unknown = [word for word in command if word.startswith("--") and word not in answer.stdout]
    return not unknown, f"airflow {' '.join(subcommand)} does not know {unknown}"


def clean_environment(airflow_home: Path) -> dict[str, str]:
    """This process's environment with no Airflow setting of its own and a fresh AIRFLOW_HOME."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return {**kept, "AIRFLOW_HOME": str(airflow_home), "COLUMNS": "200"}
