"""The files of an extract in the order in which they are written: control files tell what stands beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from supplier_sla.extracts.extract import Extract, RenderedFile
from supplier_sla.extracts.layouts.layout import Layout
from supplier_sla.files.outbox import sha256


@dataclass(frozen=True)
class StoredFile:
    """One file as it is kept with the number; `row_count` is empty for control files."""

    name: str
    content: bytes
    row_count: int | None = None

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return sha256(self.content)


def stored_files(extract: Extract, layout: Layout, rendered: Sequence[RenderedFile]) -> list[StoredFile]:
    """Each data file with its control file behind it; the main one, whose control file tells of all, comes last."""
    main, *others = rendered
    files = []
    for file in others:
        files += [_data(file), StoredFile(_control_name(file), _json(_beginning(extract, file)))]
    whole = {
        **_beginning(extract, main),
        **main.control,
        "receiver_code": extract.receiver.receiver_code,
        "layout": layout.code,
        "layout_version": layout.version,
        "as_of": extract.as_of.isoformat(),
        "booking_period": extract.booking_period.isoformat(),
        "line_count": len(extract.lines),
        "control_totals": {currency: str(total) for currency, total in extract.totals.items()},
        "files": [
            {"file_name": file.name, "row_count": file.row_count, "sha256": sha256(file.content)} for file in rendered
        ],
        "previous_extract": None
        if extract.previous is None
        else {"extract_number": extract.previous.number, "control_sha256": extract.previous.control_sha256},
    }
    return [*files, _data(main), StoredFile(_control_name(main), _json(whole))]


def _data(file: RenderedFile) -> StoredFile:
    return StoredFile(file.name, file.content, file.row_count)


def _beginning(extract: Extract, file: RenderedFile) -> dict[str, object]:
    return {
        "extract_number": extract.number,
        "file_name": file.name,
        "row_count": file.row_count,
        "sha256": sha256(file.content),
    }


def _control_name(file: RenderedFile) -> str:
    return f"{file.name.rpartition('.')[0]}.control.json"


def _json(content: dict[str, object]) -> bytes:
    """Sorted keys; totals are text so that no reader rounds them."""
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")
