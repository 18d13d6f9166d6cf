"""What a dbt run needs from outside the project: address, slot, target folder, and the manifest that Cosmos reads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplier_sla.database import address_parameters
from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import SLOTS, Settings
from supplier_sla.warehouse.fingerprint import project_fingerprint

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROFILE = "supplier_sla"
TARGET = "night"


class DbtProjectInvalid(SupplierSlaError):
    """dbt cannot read the project."""


def address_variables(transformer_url: str) -> dict[str, str]:
    """The transformer's address in the parts that `dbt_project/profiles.yml` asks for; one of them is the password."""
    parameters = address_parameters(transformer_url)
    return {
        "SUPPLIER_SLA_DBT_HOST": parameters.get("host", "127.0.0.1"),
        "SUPPLIER_SLA_DBT_PORT": parameters.get("port", "5432"),
        "SUPPLIER_SLA_DBT_USER": parameters.get("user", ""),
        "SUPPLIER_SLA_DBT_PASSWORD": parameters.get("password", ""),
        "SUPPLIER_SLA_DBT_DATABASE": parameters.get("dbname", ""),
        "SUPPLIER_SLA_DBT_SSLMODE": parameters.get("sslmode", "prefer"),
    }


def slot_variables(settings: Settings, slot: str) -> dict[str, str]:
    """Where one slot's build writes; a target folder for each slot keeps dbt's partial parse valid."""
    target = settings.dbt_target(slot)
    return {"SUPPLIER_SLA_SLOT": slot, "DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target / "logs")}


def manifest_path(settings: Settings) -> Path:
    """The manifest from which the DAG draws its dbt tasks."""
    return settings.home / "dbt" / "manifest.json"


def prepare_manifest(settings: Settings) -> bool:
    """Parse the project when models or checks changed since the last parse; True when it was parsed.

    Raises:
        DbtProjectInvalid: with dbt's own last line.
    """
    manifest, stamp = manifest_path(settings), manifest_path(settings).with_suffix(".fingerprint")
    # Another dbt writes another manifest, whatever the project says.
    fingerprint = f"{project_fingerprint()} dbt {version('dbt-core')}"
    if manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return False
    slot = SLOTS[0]
    variables = {**address_variables(settings.transformer_url), **slot_variables(settings, slot)}
    run_dbt(["parse"], settings, variables)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    # A scheduler may be reading the old one: it sees either of the two, never half of one.
    unfinished = manifest.with_suffix(".unfinished")
    shutil.copyfile(settings.dbt_target(slot) / "manifest.json", unfinished)
    unfinished.replace(manifest)
    stamp.write_text(fingerprint, encoding="utf-8")
    return True


def run_dbt(
    arguments: list[str], settings: Settings, variables: dict[str, str], *, manifest: Manifest | None = None
) -> Any:
    """Run a dbt command in this process, quietly, with exactly the profile and target that the DAG names.

    Returns what dbt returns; of `parse`, the manifest, with which later commands need not parse.

    Raises:
        DbtProjectInvalid: dbt said no; its last line is in the message.
    """
    from dbt.cli.main import dbtRunner

    project = str(settings.dbt_project)
    with _environment(variables, os.environ):
        result = dbtRunner(manifest).invoke(
            ["--quiet", *arguments, "--project-dir", project, "--profiles-dir", project, "--profile", PROFILE,
             "--target", TARGET]
        )  # fmt: skip
    if not result.success:
        lines = (str(result.exception or "").strip() or "see the output above").splitlines()
        raise DbtProjectInvalid(
            f"dbt {' '.join(arguments)}",
            expected="success",
            found=lines[-1].strip(),
            next_step=f"mend the project; dbt's log is in {variables['DBT_LOG_PATH']}",
        )
    return result.result


@contextmanager
def _environment(variables: dict[str, str], environment: MutableMapping[str, str]) -> Iterator[None]:
    before = {name: environment.get(name) for name in variables}
    environment.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value


if __name__ == "__main__":
    print("parsed" if prepare_manifest(Settings.from_environment()) else "unchanged")
