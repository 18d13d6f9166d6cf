"""The one place through which every value from quarantine goes on its way to a terminal or a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supplier_sla.landing.contract import FileContract, load_contracts

MASK = "•••"


def shown_value(entity: str | None, column: str | None, value: str | None) -> str | None:
    """`value` as people may see it: that of a personal column is masked, and so is text that may hold one."""
    if value is None or not _may_be_personal(entity, column):
        return value
    return MASK


def shown_key(entity: str | None, record_key: str | None) -> str | None:
    """The key of a record as people may see it: masked where a column of the key is personal."""
    contract = load_contracts().get(entity or "")
    if record_key is None or contract is None:
        return record_key
    columns = [contract.column_by_name[name] for name in contract.key if name in contract.column_by_name]
    return MASK if any(_is_personal(column) for column in columns) else record_key


def shown_record(entity: str | None, record: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Name and value of each column of a record, those of unknown columns behind the others."""
    columns: list[tuple[str, str]] = []
    for name, value in (record or {}).items():
        if isinstance(value, Mapping):
            columns += [(f"{name}.{key}", shown_value(entity, name, str(each)) or "") for key, each in value.items()]
        else:
            columns.append((name, shown_value(entity, name, str(value)) or ""))
    return sorted(columns, key=lambda pair: pair[0].startswith("_"))


def _may_be_personal(entity: str | None, column: str | None) -> bool:
    contract = load_contracts().get(entity or "")
    if contract is None:
        return False
    known = contract.column_by_name.get(column or "")
    if known is not None:
        return _is_personal(known)
    # A damaged record or a column that nobody asked for may hold whatever the entity holds.
    return _has_personal_columns(contract)


def _has_personal_columns(contract: FileContract) -> bool:
    return any(_is_personal(column) for column in contract.columns)


def _is_personal(column: object) -> bool:
    """Whether the file contract declares it; a contract that knows no such declaration declares nothing."""
    return bool(getattr(column, "personal", None))
