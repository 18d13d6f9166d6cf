"""Whether an archive is what its manifest says."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from supplier_sla.archive.writing import MANIFEST
from supplier_sla.errors import SupplierSlaError

_PORTION = 1 << 20


class ArchiveUnreadable(SupplierSlaError):
    """The file is no archive of ours, or cannot be read."""


def differences(path: Path) -> tuple[str, list[str]]:
    """SHA-256 of the manifest, and one sentence for each member that differs from it, is missing or was added.

    Raises:
        ArchiveUnreadable: see there.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            manifest = archive.read(MANIFEST)
            promised = {member["path"]: member["sha256"] for member in json.loads(manifest)["members"]}
            problems = [
                f"{name}: expected SHA-256 {sha256}, found {found}"
                for name, sha256 in promised.items()
                if name in names and (found := _hash(archive, name)) != sha256
            ]
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ArchiveUnreadable(
            f"archive {path}",
            expected=f"a ZIP file of scripts/supplier_archive with its {MANIFEST}",
            found=str(error) or type(error).__name__,
            next_step="give the file as it was written",
        ) from error
    problems += [f"{name}: in the manifest, not in the archive" for name in promised.keys() - set(names)]
    problems += [f"{name}: in the archive, not in the manifest" for name in set(names) - promised.keys() - {MANIFEST}]
    problems += [f"{name}: twice in the archive" for name in sorted({n for n in names if names.count(n) > 1})]
    return hashlib.sha256(manifest).hexdigest(), sorted(problems)


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while portion := member.read(_PORTION):
            digest.update(portion)
    return digest.hexdigest()
