"""The tables through which one file goes: real ones, because PostgreSQL never scans temporary ones in parallel.

They are unlogged and live in the schema `landing` from `open_working_tables` to `drop_working_tables`, within the
transaction that loads the file: nobody else ever sees them, and a crash leaves none.
"""

from __future__ import annotations

from collections.abc import Mapping

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.contract import FileContract

SCHEMA = "landing"
TABLES = ("incoming", "suspicious", "problem", "prepared", "repeated")

# Gathering rows of parallel workers costs less than the planner thinks against what our checks and hashes cost. What it
# would compile takes longer to compile than to run.
_OPEN = """
select
    set_config('search_path', 'landing', true),
    set_config('parallel_tuple_cost', '0.001', true),
    set_config('parallel_setup_cost', '100', true),
    set_config('jit', 'off', true);
create unlogged table problem (
    problem_number bigint generated always as identity,
    line bigint not null,
    column_name text,
    value_found text,
    expected text not null,
    reason_code text not null,
    record jsonb
);
create unlogged table incoming ({text_columns}, _extra jsonb, _line bigint not null)
"""

_DROP = """
drop table if exists {tables};
set local search_path to default;
set local parallel_tuple_cost to default;
set local parallel_setup_cost to default;
set local jit to default
"""


def open_working_tables(cursor: Cursor, contract: FileContract, constants: Mapping[str, str]) -> None:
    """Make `incoming`, whose columns without a value in the file hold `constants`, and `problem`.

    Until `drop_working_tables` names without a schema mean tables of `landing`.
    """
    text_columns = sql.SQL(", ").join(
        sql.SQL("{} text default {}").format(sql.Identifier(name), sql.Literal(constants.get(name)))
        for name in contract.column_by_name
    )
    cursor.execute(sql.SQL(_OPEN).format(text_columns=text_columns))


def drop_working_tables(cursor: Cursor) -> None:
    """Leave nothing behind for the commit."""
    tables = sql.SQL(", ").join(sql.Identifier(SCHEMA, name) for name in TABLES)
    cursor.execute(sql.SQL(_DROP).format(tables=tables))
