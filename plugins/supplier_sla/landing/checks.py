"""Finds every problem of every row with one SQL statement per entity, built from its file contract.

Rows stand as text in the table `incoming`. A bad value never aborts the statement: nothing is cast before it is
known to be well-formed, and a rule is evaluated only on rows in which the columns that it reads are well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2 import sql

from supplier_sla.landing.contract import Column, ColumnType, FileContract, Rule

LONGEST_IDENTIFIER_BYTES = 500

OUT_OF_RANGE = "out_of_range"


@dataclass(frozen=True)
class TypeRule:
    """What text is well-formed: it matches `pattern`, PostgreSQL takes it as `input_type`, and `condition` holds.

    `usual` is a LIKE mask of the commonest form, which PostgreSQL recognises ten times faster than the pattern.
    `condition` is SQL with the placeholder {value}. `expected` completes the sentence "expected ...".
    """

    expected: str
    usual: str | None = None
    pattern: str | None = None
    input_type: str | None = None
    condition: str | None = None


_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_INTERVAL = f"{_TIME}-({_TIME}|24:00)"

# What may start or stop a clock; in which words of an event each is seen, the models of the clock say.
TRIGGERS = (
    "opened",
    "assigned",
    "responded",
    "commented",
    "requester_commented",
    "reopened",
    "resolved",
    "closed",
)
_TRIGGER = f"({'|'.join(TRIGGERS)}|state:[^;[:space:]]+)"

# Two of the intervals share a minute. An end at or before its start reaches into the next day.
_INTERVALS_OVERLAP = """exists (
    with opening as (
        select
            position,
            left(part, 5) as opens,
            case when right(part, 5) > left(part, 5) then right(part, 5) else 'next day' end as closes
        from string_to_table({value}, ';') with ordinality as parts (part, position)
    )

    select
    from opening as one
    inner join opening as other on one.position < other.position
    where one.opens < other.closes and other.opens < one.closes
)"""

TYPE_RULES: dict[ColumnType, TypeRule] = {
    "text": TypeRule("text"),
    "code": TypeRule("a code"),
    "slug": TypeRule("letters, digits and the signs _ . -", pattern="^[A-Za-z0-9_.-]+$"),
    "timestamp": TypeRule(
        "an ISO 8601 timestamp with offset or Z and at most six fractional digits, such as 2026-01-05T09:12:44Z",
        usual="____-__-__T__:__:__Z",
        pattern=(
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
        ),
        input_type="timestamptz",
    ),
    "date": TypeRule("a date as YYYY-MM-DD", pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", input_type="date"),
    "month": TypeRule("a month as YYYY-MM", pattern="^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])$"),
    "integer": TypeRule(
        "a whole number between -2147483648 and 2147483647", pattern="^-?[0-9]+$", input_type="integer"
    ),
    "decimal": TypeRule(
        "a plain number such as 1234.50, with at most 15 digits before and after the point",
        pattern="^-?[0-9]{1,15}([.][0-9]{1,15})?$",
    ),
    "ratio": TypeRule("a share from 0 to 1 such as 0.95", pattern="^(0([.][0-9]{1,15})?|1([.]0{1,15})?)$"),
    "boolean": TypeRule("true or false", pattern="^(true|false)$"),
    "zone": TypeRule(
        "an IANA zone such as Europe/Berlin",
        condition=(
            "{value} in (select name from pg_timezone_names where name not in ('Factory', 'localtime', 'posixrules'))"
        ),
    ),
    "currency": TypeRule("a currency of three capital letters", pattern="^[A-Z]{3}$"),
    "hours": TypeRule(
        "opening hours such as 08:00-12:00;13:00-17:00, without overlap",
        pattern=f"^{_INTERVAL}(;{_INTERVAL})*$",
        condition=f"not {_INTERVALS_OVERLAP}",
    ),
    "code_list": TypeRule("codes separated by semicolons", pattern="^[^;[:space:]]+(;[^;[:space:]]+)*$"),
    "trigger_list": TypeRule(
        f"one or several of {', '.join(TRIGGERS)} and state:<code>, separated by semicolons",
        pattern=f"^{_TRIGGER}(;{_TRIGGER})*$",
    ),
}


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong with a row: `violated` is SQL that is true only where it is."""

    column: str
    reason_code: str
    expected: str
    violated: sql.Composable


def find_problems_statement(contract: FileContract) -> sql.Composed:
    """Insert one row into `problem` for each violated check of each row of `incoming`, in the order of the contract.

    A value that the source profile could not convert is in `problem` already and is not judged again. The first pass
    over a row, which runs in parallel, only asks whether anything may be wrong, which for nearly every row it is not.
    """
    checks = [
        *(check for column in contract.columns for check in _column_checks(column, contract)),
        *(_rule_check(contract, rule) for rule in contract.rules),
    ]
    return sql.SQL(
        """
        create unlogged table suspicious as
        select * from incoming where {anything_is_wrong};

        insert into problem (line, column_name, value_found, expected, reason_code)
        select incoming._line, failed.column_name, failed.value_found, failed.expected, failed.reason_code
        from suspicious as incoming
        cross join lateral (values {checks})
            as failed (position, column_name, value_found, expected, reason_code, is_violated)
        where
            failed.is_violated
            and not exists (
                select
                from problem as known
                where known.line = incoming._line and known.column_name = failed.column_name
            )
        order by incoming._line, failed.position
        """
    ).format(
        anything_is_wrong=sql.SQL(" or ").join(sql.SQL("({})").format(doubt) for doubt in _doubts(contract)),
        checks=sql.SQL(", ").join(
            sql.SQL("({}, {}, {}, {}, {}, {})").format(
                sql.Literal(position),
                sql.Literal(check.column),
                sql.Identifier(check.column),
                sql.Literal(check.expected),
                sql.Literal(check.reason_code),
                check.violated,
            )
            for position, check in enumerate(checks)
        ),
    )


def _column_checks(column: Column, contract: FileContract) -> Iterator[Check]:
    value = sql.Identifier(column.name)
    if column.required:
        violated = sql.SQL("btrim({value}) = '' or {value} is null").format(value=value)
        yield Check(column.name, "missing_value", "a value", violated)
    if contract.is_identifier(column):
        violated = sql.SQL("octet_length({}) > {}").format(value, sql.Literal(LONGEST_IDENTIFIER_BYTES))
        yield Check(column.name, "too_long", f"at most {LONGEST_IDENTIFIER_BYTES} bytes", violated)
    if column.name in contract.key:
        # A line end in a key mostly means a stray quote that closed only lines later.
        violated = sql.SQL(r"strpos({}, E'\n') > 0").format(value)
        yield Check(column.name, "line_break", "a text on one line", violated)
    if (well_formed := _is_well_formed(column)) is not None:
        violated = sql.SQL("not ({})").format(well_formed)
        yield Check(column.name, "wrong_type", TYPE_RULES[column.type].expected, violated)
    if column.allowed:
        allowed = sql.SQL(", ").join(map(sql.Literal, column.allowed))
        violated = sql.SQL("{} not in ({})").format(value, allowed)
        yield Check(column.name, "value_not_allowed", f"one of {', '.join(column.allowed)}", violated)
    for bound, operator, words in ((column.minimum, "<", "at least"), (column.maximum, ">", "at most")):
        if bound is not None and well_formed is not None:
            violated = sql.SQL("case when {well_formed} then {value}::numeric {operator} {bound} end").format(
                well_formed=well_formed, value=value, operator=sql.SQL(operator), bound=sql.Literal(bound)
            )
            yield Check(column.name, OUT_OF_RANGE, f"{words} {bound}", violated)


def _doubts(contract: FileContract) -> Iterator[sql.Composable]:
    """What is true of every row with a problem and quick to ask: checks that another one of the column implies are out.

    A value of the column's form, or one of the allowed ones, is neither blank nor of several lines.
    """
    for column in contract.columns:
        value = sql.Identifier(column.name)
        well_formed = _is_well_formed(column)
        has_form = bool(TYPE_RULES[column.type].pattern) or bool(column.allowed)
        if column.required:
            yield sql.SQL("{} is null").format(value)
        if column.required and not has_form:
            yield sql.SQL("({value} = '' or starts_with({value}, ' ')) and btrim({value}) = ''").format(value=value)
        if contract.is_identifier(column) and not column.allowed:
            yield sql.SQL("octet_length({}) > {}").format(value, sql.Literal(LONGEST_IDENTIFIER_BYTES))
        if column.name in contract.key and not has_form:
            yield sql.SQL(r"strpos({}, E'\n') > 0").format(value)
        if well_formed is not None:
            yield sql.SQL("not ({})").format(well_formed)
        if column.allowed:
            yield sql.SQL("{} not in ({})").format(value, sql.SQL(", ").join(map(sql.Literal, column.allowed)))
        if column.minimum == 0 and column.maximum is None:
            yield sql.SQL("starts_with({}, '-')").format(value)
        elif column.minimum is not None or column.maximum is not None:
            yield from (
                check.violated for check in _column_checks(column, contract) if check.reason_code == OUT_OF_RANGE
            )
    yield from (_rule_check(contract, rule).violated for rule in contract.rules)


def _is_well_formed(column: Column) -> sql.Composable | None:
    """SQL that says whether a value has the column's type, not false for no value; None where any text will do."""
    rule = TYPE_RULES[column.type]
    value = sql.Identifier(column.name)
    terms: list[sql.Composable] = []
    if rule.pattern:
        matches = sql.SQL("{} ~ {}").format(value, sql.Literal(rule.pattern))
        if rule.usual:
            matches = sql.SQL("({} like {} or {})").format(value, sql.Literal(rule.usual), matches)
        terms.append(matches)
    if rule.input_type:
        terms.append(sql.SQL("pg_input_is_valid({}, {})").format(value, sql.Literal(rule.input_type)))
    if rule.condition:
        # The condition may cast parts of the text, so the pattern has to hold before it is looked at.
        is_ready = terms.pop() if terms else sql.SQL("true")
        condition = sql.SQL(rule.condition).format(value=value)
        terms.append(sql.SQL("case when {} then {} else {} is null end").format(is_ready, condition, value))
    return sql.SQL(" and ").join(terms) if terms else None


def _rule_check(contract: FileContract, rule: Rule) -> Check:
    """A rule of the contract; like a check constraint it is broken only where it is false, not where it is null."""
    words = set(re.findall(r"[a-z_][a-z0-9_]*", rule.expect))
    conditions = [
        sql.SQL("({}) is not false").format(well_formed)
        for column in contract.columns
        if column.name in words and (well_formed := _is_well_formed(column)) is not None
    ]
    guard = sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")
    violated = sql.SQL("case when {} then ({}) is false end").format(guard, sql.SQL(rule.expect))
    return Check(rule.column, rule.name, rule.message, violated)
