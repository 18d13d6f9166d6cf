"""Reads `offenders/<door>/<suite>.yml`: a good row and, per expectation, rows that break that expectation only.

`row` is the good row; `{n}` in it is the number of the row. An offender has `rows`, each a change to the good row,
or `count` rows changed as `all` says (`last` changes the last once more, `one_day_apart` counts a date column up).
`quarantined` rows of the delivery were kept out by the file contract. `also` names expectations that the same rows
cannot but break too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

OFFENDERS = Path(__file__).parent / "offenders"

Row = dict[str, str | None]


@dataclass(frozen=True)
class Offender:
    """Rows that break `name`; `breaks` lists everything that they break."""

    name: str
    rows: list[Row]
    breaks: frozenset[str]
    quarantined: int = 0


@dataclass(frozen=True)
class SuiteOffenders:
    """The offenders of one suite; `beside` holds rows of other tables that its rows need."""

    suite: str
    good: list[Row]
    offenders: list[Offender]
    beside: dict[str, list[Row]]


def read_offenders(door: str, suite: str) -> SuiteOffenders:
    content = yaml.safe_load((OFFENDERS / door / f"{suite}.yml").read_text(encoding="utf-8"))
    base: Row = content["row"]
    return SuiteOffenders(
        suite=suite,
        good=[_row(base, {}, number) for number in (1, 2)],
        offenders=[_offender(base, name, given) for name, given in content["offenders"].items()],
        beside=content.get("beside", {}),
    )


def all_offenders(door: str) -> list[SuiteOffenders]:
    return [read_offenders(door, path.stem) for path in sorted((OFFENDERS / door).glob("*.yml"))]


def insert(cursor: Cursor, schema: str, table: str, row: Mapping[str, Any]) -> None:
    """Insert one row; a column that the row lacks gets its default."""
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(schema, table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )
    cursor.execute(statement, dict(row))


def _offender(base: Row, name: str, given: dict[str, Any]) -> Offender:
    changes: list[Row] = given["rows"] if "rows" in given else [given.get("all", {})] * given["count"]
    if changes:
        changes = [*changes[:-1], {**changes[-1], **given.get("last", {})}]
    rows = [_row(base, change, number) for number, change in enumerate(changes, start=1)]
    if column := given.get("one_day_apart"):
        rows = [{**row, column: _later(row[column], days)} for days, row in enumerate(rows)]
    return Offender(name, rows, frozenset([name, *given.get("also", [])]), given.get("quarantined", 0))


def _row(base: Row, change: Row, number: int) -> Row:
    return {
        column: value.replace("{n}", str(number)) if isinstance(value, str) else value
        for column, value in {**base, **change}.items()
    }


def _later(day: str | None, days: int) -> str:
    return str(date.fromisoformat(str(day)) + timedelta(days=days))
