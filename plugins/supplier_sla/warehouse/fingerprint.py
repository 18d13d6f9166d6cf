"""What a build was made with: a change of models, checks or server makes the same deliveries worth building again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from supplier_sla.periods.finance_zone import finance_zone
from supplier_sla.settings import REPOSITORY

SOURCES = ("dbt_project", "expectations", "plugins/supplier_sla/file_contracts")
SUFFIXES = {".sql", ".yml", ".csv"}
GENERATED_FOLDERS = {"target", "logs", "dbt_packages"}


def present_fingerprint(cursor: Cursor) -> str:
    """What a build started now would be made with: project, server, and the zone in which finance's months begin.

    Raises:
        FinanceZoneInvalid: see `finance_zone`.
    """
    cursor.execute("select version()")
    (server_version,) = cursor.fetchone() or ("",)
    return build_fingerprint(f"{server_version}\n{finance_zone().key}")


def build_fingerprint(server_version: str, repository: Path = REPOSITORY) -> str:
    """SHA-256 over the project and the server: another server may bring other time zones with it.

    Args:
        server_version: what `select version()` says.
        repository: where the project is.
    """
    content = f"{project_fingerprint(repository)}\n{server_version}"
    return hashlib.sha256(content.encode()).hexdigest()


def project_fingerprint(repository: Path = REPOSITORY) -> str:
    """SHA-256 over names and contents of every model, seed, macro, check and file contract, in a fixed order."""
    digest = hashlib.sha256()
    for source in SOURCES:
        for path in sorted((repository / source).rglob("*")):
            relative = path.relative_to(repository)
            if path.suffix in SUFFIXES and not GENERATED_FOLDERS & set(relative.parts):
                digest.update(relative.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
