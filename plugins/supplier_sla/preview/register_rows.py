"""Rows of the register before and after a change, and what of them differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import load_contracts
from supplier_sla.warehouse.slot_relations import layer_schemas

ENTITIES = (
    "calendars", "calendar_exceptions", "contracts", "service_levels", "exclusions", "work_centres", "suppliers",
    "penalty_terms", "fees",
)  # fmt: skip

Values = Mapping[str, str | None]
Key = tuple[str | None, ...]
Register = Mapping[str, Mapping[Key, Values]]


@dataclass(frozen=True)
class ChangedRow:
    """One row of the register that says something else; `before` or `after` is empty where there is none."""

    entity: str
    key: Key
    before: Values
    after: Values

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that differ, in the order of the file contract."""
        declared = load_contracts()[self.entity].declared_columns
        return tuple(column.name for column in declared if self.before.get(column.name) != self.after.get(column.name))

    @property
    def said(self) -> tuple[Values, ...]:
        """What it says now, then what it said before, where it did."""
        return tuple(values for values in (self.after, self.before) if values)

    def value(self, column: str) -> str | None:
        """A column that both sides share, as it is now."""
        return self.said[0].get(column)


def read_register(cursor: Cursor, slot: str) -> Register:
    """Every row of the register as the models of a slot read it, by entity and key; values as text."""
    staging = layer_schemas(slot)["staging"]
    return {entity: _read_entity(cursor, staging, entity) for entity in ENTITIES}


def changed_rows(before: Register, after: Register) -> list[ChangedRow]:
    """What differs, in the order of entities and keys."""
    changes = []
    for entity in ENTITIES:
        keys = sorted({*before[entity], *after[entity]}, key=lambda key: [part or "" for part in key])
        for key in keys:
            row = ChangedRow(entity, key, before[entity].get(key, {}), after[entity].get(key, {}))
            if row.columns:
                changes.append(row)
    return changes


def _read_entity(cursor: Cursor, staging: str, entity: str) -> dict[Key, Values]:
    name = sql.Identifier(staging, f"stg_contract_register__{entity}")
    cursor.execute(sql.SQL("select to_jsonb(staged)::text from {} as staged").format(name))
    contract = load_contracts()[entity]
    found: dict[Key, Values] = {}
    for (content,) in cursor.fetchall():
        staged = json.loads(content, parse_float=str, parse_int=str)
        values = {column.name: _text(staged.get(column.name)) for column in contract.declared_columns}
        if "ticket_key" in staged:
            values["ticket_key"] = _text(staged["ticket_key"])
        found[tuple(values[part] for part in contract.key)] = values
    return found


def _text(value: object) -> str | None:
    """As a person would write it; a list as in an export."""
    if value is None:
        return None
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)
