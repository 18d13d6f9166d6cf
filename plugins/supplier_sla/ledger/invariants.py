"""What is true of the ledger whenever readers see a night. Each function returns what contradicts it, in words."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.ledger.chain import FIRST, ChainEnd
from supplier_sla.ledger.components import COMPONENT_OF_LINE, UNDECIDED_STATUSES, component_rows

SUMS = """
with both_sides as (
    select
        contract_id, penalty_term_id, period_month, currency_code, component_code,
        components.amount as owed, 0.00 as posted
    from {slot}.fct_penalty as penalties
    cross join lateral {components}
    union all
    select
        contract_id, penalty_term_id, period_month, currency_code, {component_of_line},
        0.00, amount
    from finance.ledger_line
    where publication_id <= coalesce(%(up_to)s, publication_id)
)
select
    contract_id, penalty_term_id, period_month, currency_code, component_code,
    sum(owed)::numeric(18, 2) as owed, sum(posted)::numeric(18, 2) as posted
from both_sides
where
    not exists (
        select from {slot}.fct_penalty as undecided
        where
            undecided.status_code = any(%(undecided)s)
            and undecided.contract_id = both_sides.contract_id
            and undecided.penalty_term_id = both_sides.penalty_term_id
            and undecided.period_month = both_sides.period_month
    )
group by contract_id, penalty_term_id, period_month, currency_code, component_code
having sum(owed) <> sum(posted)
order by contract_id collate "C", penalty_term_id collate "C", period_month, currency_code collate "C", component_code
"""

# Of the keys that have a line after the given one: the first line is the initial one, the others name it, and each says
# what the key comes to with it.
LINES = """
with keys as (
    select distinct contract_id, penalty_term_id, period_month, currency_code
    from finance.ledger_line
    where line_number > %(after)s
),
lines as (
    select
        lines.line_number, lines.line_kind, lines.corrects_line_number, lines.owed_amount,
        sum(lines.amount) over key_so_far as balance,
        first_value(lines.line_number) over key_so_far as first_line_number
    from keys
    inner join finance.ledger_line as lines using (contract_id, penalty_term_id, period_month, currency_code)
    window key_so_far as (
        partition by contract_id, penalty_term_id, period_month, currency_code order by lines.line_number
    )
)
select line_number, line_kind, corrects_line_number, first_line_number, owed_amount, balance
from lines
where
    line_number > %(after)s
    and (
        owed_amount <> balance
        or (line_kind = 'initial') <> (line_number = first_line_number)
        or corrects_line_number is distinct from nullif(first_line_number, line_number)
    )
order by line_number
"""

COUNTS = """
select publications.publication_id, publications.ledger_lines_posted, count(lines.line_number)
from ops.publication as publications
left join finance.ledger_line as lines on lines.publication_id = publications.publication_id
group by publications.publication_id
having publications.ledger_lines_posted <> count(lines.line_number)
order by publications.publication_id
"""

ANCHORS = """
select checks.publication_id, checks.last_line_number, checks.last_line_hash, lines.line_hash
from finance.ledger_check as checks
left join finance.ledger_line as lines on lines.line_number = checks.last_line_number
where checks.last_line_number > 0 and checks.last_line_hash is distinct from lines.line_hash
order by checks.publication_id
"""


def sums_that_differ(cursor: Cursor, slot: str, *, up_to_publication: int | None = None) -> list[str]:
    """Keys whose lines do not add up to what the slot's `fct_penalty` says is owed, per component and currency.

    Of all lines, or of those posted up to a publication.
    """
    cursor.execute(
        sql.SQL(SUMS).format(
            slot=sql.Identifier(slot), components=component_rows("penalties"), component_of_line=COMPONENT_OF_LINE
        ),
        {"undecided": list(UNDECIDED_STATUSES), "up_to": up_to_publication},
    )
    return [
        f"contract {contract}, clause {term}, month {month:%Y-%m}: {component} of {owed} {currency} is owed,"
        f" {posted} {currency} posted"
        for contract, term, month, currency, component, owed, posted in cursor.fetchall()
    ]


def lines_that_do_not_follow(cursor: Cursor, after: ChainEnd = FIRST) -> list[str]:
    """Lines after `after` that are no initial line where they should be, name another line, or add up wrongly."""
    cursor.execute(LINES, {"after": after.line_number})
    return [
        f"line {number} ({kind}): corrects {corrects or 'none'}, the key's first line is {first}; says that {said} is"
        f" owed, the key's lines come to {balance}"
        for number, kind, corrects, first, said, balance in cursor.fetchall()
    ]


def publications_with_other_lines(cursor: Cursor) -> list[str]:
    """Publications that did not post as many lines as they have on record."""
    cursor.execute(COUNTS)
    return [
        f"publication {publication}: {recorded} lines on record, {found} in the ledger"
        for publication, recorded, found in cursor.fetchall()
    ]


def nights_with_another_hash(cursor: Cursor) -> list[str]:
    """Nights that found another hash at the end of the chain than the line has now: it was chained anew since."""
    cursor.execute(ANCHORS)
    return [
        f"line {number}: hash {now or 'gone'}, publication {publication} found {then}"
        for publication, number, then, now in cursor.fetchall()
    ]
