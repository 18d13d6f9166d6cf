"""What an owed amount is made of, and which kinds of lines say so."""

from __future__ import annotations

from psycopg2 import sql

# Component of an owed amount -> its column of fct_penalty and its sign. The penalty comes first: its first line is the
# initial line of the key, which every other line names. None of the others is ever more than the penalty.
COMPONENTS = {
    "penalty": ("penalty_amount", 1),
    "earn_back": ("earn_back_amount", -1),
    "dispute": ("dispute_reduction_amount", -1),
    "waiver": ("waiver_amount", -1),
}

# A month that by today's knowledge cannot be told yet: nothing is posted and nothing is taken back for it.
# What is carried forward is told: it owes nothing here, the period that closes the group charges it.
UNDECIDED_STATUSES = ("provisional", "fee_missing")

COMPONENT_OF_LINE = sql.SQL("case when line_kind in ('initial', 'adjustment') then 'penalty' else line_kind end")


def component_rows(relation: str) -> sql.Composed:
    """Rows (number, component, amount) of one row of fct_penalty: `values` to join laterally."""
    return sql.SQL("(values {}) as components (component_number, component_code, amount)").format(
        sql.SQL(", ").join(
            sql.SQL("({}, {}, {} * {})").format(
                sql.Literal(number), sql.Literal(component), sql.Literal(sign), sql.Identifier(relation, column)
            )
            for number, (component, (column, sign)) in enumerate(COMPONENTS.items(), start=1)
        )
    )
