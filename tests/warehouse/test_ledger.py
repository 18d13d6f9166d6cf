"""What was said to finance: differences only, append-only, chained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import errors
from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.ledger.chain import broken_links
from supplier_sla.ledger.components import COMPONENTS, UNDECIDED_STATUSES
from supplier_sla.ledger.differences import ARITHMETIC_COLUMNS, EVIDENCE_COLUMNS, SUBJECT_COLUMNS
from supplier_sla.ledger.line import FIRST_HASH
from supplier_sla.ledger.nightly_check import check_night
from supplier_sla.ledger.owed import AmountsUnsound
from supplier_sla.ledger.posting import post_differences
from supplier_sla.warehouse.publish import publish
from tests.conftest import Warehouse
from tests.support.databases import another_warehouse
from tests.support.slot_tables import AS_OF, breach, build_slot, night, penalty, reserve

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def lines(warehouse: Warehouse, columns: str) -> list[tuple]:
    return warehouse.query(f"select {columns} from finance.ledger_line order by line_number")


def broken(warehouse: Warehouse) -> list[int]:
    with session(warehouse.transformer_url) as connection:
        return broken_links(connection)


def test_what_is_owed_is_posted_once(warehouse: Warehouse) -> None:
    assert night(warehouse, penalty()).ledger_lines_posted == 1
    assert night(warehouse, penalty()).ledger_lines_posted == 0
    posted = lines(
        warehouse,
        "line_number, publication_id, line_kind, contract_id, penalty_term_id, period_month, currency_code, amount,"
        " owed_amount, corrects_line_number, as_of, previous_hash",
    )
    hundred = Decimal("100.00")
    assert posted == [(1, 1, "initial", "C-1", "T-1", JANUARY, "CNY", hundred, hundred, None, AS_OF, FIRST_HASH)]


def test_nothing_owed_posts_nothing(warehouse: Warehouse) -> None:
    nothing = penalty(owed_amount="0.00", status_code="nothing_owed")
    assert night(warehouse, nothing, penalty(penalty_term_id="T-2", owed_amount="0", status_code="no_data"))
    assert lines(warehouse, "*") == []


def test_a_change_posts_the_difference_and_names_the_first_line(warehouse: Warehouse) -> None:
    for owed in ("100.00", "130.50", "20.25"):
        night(warehouse, penalty(owed_amount=owed))
    assert lines(warehouse, "line_kind, amount, owed_amount, corrects_line_number") == [
        ("initial", Decimal("100.00"), Decimal("100.00"), None),
        ("adjustment", Decimal("30.50"), Decimal("130.50"), 1),
        ("adjustment", Decimal("-110.25"), Decimal("20.25"), 1),
    ]


def test_what_is_given_back_has_lines_of_its_own_kind_beside_the_penalty(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="60.00", waiver_amount="40.00"))
    night(warehouse, penalty(owed_amount="0.00", earn_back_amount="25.00", dispute_reduction_amount="75.00"))
    night(warehouse, penalty(owed_amount="80.00", earn_back_amount="40.00"))
    assert lines(warehouse, "line_number, line_kind, amount, owed_amount, corrects_line_number") == [
        (1, "initial", Decimal("100.00"), Decimal("100.00"), None),
        (2, "waiver", Decimal("-40.00"), Decimal("60.00"), 1),
        (3, "waiver", Decimal("40.00"), Decimal("100.00"), 1),
        (4, "earn_back", Decimal("-25.00"), Decimal("75.00"), 1),
        (5, "dispute", Decimal("-75.00"), Decimal("0.00"), 1),
        (6, "adjustment", Decimal("20.00"), Decimal("20.00"), 1),
        (7, "dispute", Decimal("75.00"), Decimal("95.00"), 1),
        (8, "earn_back", Decimal("-15.00"), Decimal("80.00"), 1),
    ]
    assert broken(warehouse) == []


def test_a_penalty_that_is_waived_the_night_it_arises_has_both_lines(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="0.00", waiver_amount="100.00", status_code="waived"))
    assert lines(warehouse, "line_kind, amount, owed_amount, corrects_line_number") == [
        ("initial", Decimal("100.00"), Decimal("100.00"), None),
        ("waiver", Decimal("-100.00"), Decimal("0.00"), 1),
    ]


def test_a_line_says_what_its_component_came_to_before_and_with_it(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="60.00", waiver_amount="40.00"))
    night(warehouse, penalty(owed_amount="70.00", waiver_amount="30.00"))
    said = "line_kind, amount, detail->>'component_before_amount', detail->>'component_amount', detail->>'owed_amount'"
    assert lines(warehouse, said) == [
        ("initial", Decimal("100.00"), "0.00", "100.00", "60.00"),
        ("waiver", Decimal("-40.00"), "0.00", "-40.00", "60.00"),
        ("waiver", Decimal("10.00"), "-40.00", "-30.00", "70.00"),
    ]


def test_a_key_with_everything_given_back_that_vanishes_goes_back_to_zero_by_component(warehouse: Warehouse) -> None:
    night(warehouse, penalty(owed_amount="60.00", waiver_amount="40.00"))
    night(warehouse)
    assert lines(warehouse, "line_kind, amount, owed_amount")[2:] == [
        ("waiver", Decimal("40.00"), Decimal("100.00")),
        ("adjustment", Decimal("-100.00"), Decimal("0.00")),
    ]


@pytest.mark.parametrize(
    "amounts",
    [
        {"owed_amount": "90.00", "penalty_amount": "100.00"},
        {"owed_amount": "-10.00", "waiver_amount": "110.00"},
        {"owed_amount": "110.00", "earn_back_amount": "-10.00"},
        {"owed_amount": "100.00", "penalty_amount": None},
    ],
)
def test_amounts_that_do_not_come_to_what_is_owed_are_not_published(warehouse: Warehouse, amounts: dict) -> None:
    with pytest.raises(AmountsUnsound, match="contract C-1, clause T-1, month 2026-01, CNY"):
        night(warehouse, penalty(**amounts))
    assert warehouse.query("select * from ops.publication") == []


def test_a_key_that_vanishes_goes_back_to_zero_and_may_come_again(warehouse: Warehouse) -> None:
    night(warehouse, penalty())
    night(warehouse)
    night(warehouse)
    night(warehouse, penalty(owed_amount="7.00"))
    assert lines(warehouse, "line_kind, amount, owed_amount, corrects_line_number, detail->>'status_code'") == [
        ("initial", Decimal("100.00"), Decimal("100.00"), None, "owed"),
        ("adjustment", Decimal("-100.00"), Decimal("0.00"), 1, "withdrawn"),
        ("adjustment", Decimal("7.00"), Decimal("7.00"), 1, "owed"),
    ]
    assert broken(warehouse) == []


def test_a_withdrawn_line_keeps_its_subject_and_drops_the_arithmetic_of_the_amount_that_is_gone(
    warehouse: Warehouse,
) -> None:
    night(warehouse, penalty())
    night(warehouse)
    ((first,), (withdrawn,)) = lines(warehouse, "detail")
    kept = ("supplier_name", "supplier_name_zh", "contract_name", "contract_name_zh", *SUBJECT_COLUMNS)
    assert {column: withdrawn[column] for column in kept} == {column: first[column] for column in kept}
    assert {column: withdrawn[column] for column in ARITHMETIC_COLUMNS} == {
        **dict.fromkeys(ARITHMETIC_COLUMNS), "owed_amount": "0.00", "status_code": "withdrawn",
        "penalty_amount": "0.00", "earn_back_amount": "0.00", "dispute_reduction_amount": "0.00",
        "waiver_amount": "0.00",
    }  # fmt: skip


@pytest.mark.parametrize("status", UNDECIDED_STATUSES)
def test_a_month_that_cannot_be_told_is_neither_posted_nor_taken_back(warehouse: Warehouse, status: str) -> None:
    undecided = penalty(penalty_term_id="T-2", owed_amount="55.00", status_code=status)
    night(warehouse, penalty(), undecided)
    night(warehouse, penalty(owed_amount="0.00", status_code=status))
    night(warehouse, penalty(owed_amount="0.00", status_code=status, currency_code="EUR"))
    assert lines(warehouse, "penalty_term_id, amount") == [("T-1", Decimal("100.00"))]


def test_currencies_are_never_mixed(warehouse: Warehouse) -> None:
    night(warehouse, penalty(currency_code="CNY", owed_amount="100.00"))
    night(warehouse, penalty(currency_code="EUR", owed_amount="100.00"))
    assert lines(warehouse, "line_kind, currency_code, amount, corrects_line_number") == [
        ("initial", "CNY", Decimal("100.00"), None),
        ("adjustment", "CNY", Decimal("-100.00"), 1),
        ("initial", "EUR", Decimal("100.00"), None),
    ]


def test_lines_come_in_one_order_whatever_the_order_of_the_table(warehouse: Warehouse) -> None:
    keys = [("C-2", "T-1", JANUARY), ("C-1", "b", JANUARY), ("C-1", "B", FEBRUARY), ("C-1", "B", JANUARY)]
    rows = [penalty(contract_id=contract, penalty_term_id=term, period_month=month) for contract, term, month in keys]
    night(warehouse, *rows)
    assert lines(warehouse, "contract_id, penalty_term_id, period_month") == sorted(keys)


def test_the_accounting_period_is_the_month_of_the_night_in_utc_whatever_the_session(warehouse: Warehouse) -> None:
    slot, run_id = reserve(warehouse, as_of=datetime(2026, 3, 1, 7, 59, tzinfo=timezone(timedelta(hours=8))))
    build_slot(warehouse, slot, penalties=[penalty()])
    with closing(psycopg2.connect(warehouse.transformer_url, options="-c timezone=Asia/Shanghai")) as connection:
        publish(connection, slot=slot, run_id=run_id)
    assert lines(warehouse, "period_month, accounting_period") == [(JANUARY, FEBRUARY)]
    assert broken(warehouse) == []


def test_amounts_in_the_detail_are_exact_text(warehouse: Warehouse) -> None:
    """As JSON numbers they would come back as floats: 9007199254740993.10 as 9007199254740992."""
    exact = {"gross_amount": "9007199254740993.10", "owed_amount": "9007199254740993.10", "fee_ratio": "0.10"}
    night(warehouse, penalty(**exact))
    ((detail,),) = lines(warehouse, "detail")
    assert {column: detail[column] for column in exact} == exact
    assert detail["attainment_ratio"] == "0.94736842105263157895"
    assert all(value is None or isinstance(value, str) for value in detail.values())
    assert (detail["supplier_name_zh"], detail["contract_name"]) == ("安可", "Desk")


def test_a_supplier_and_a_contract_that_are_not_in_the_dimensions_lose_no_line(warehouse: Warehouse) -> None:
    assert night(warehouse, penalty(supplier_key="unknown", contract_key="not_applicable")).ledger_lines_posted == 1
    ((detail,),) = lines(warehouse, "detail")
    assert (detail["supplier_name"], detail["supplier_id"]) == (None, "S-1")


def test_every_breached_ticket_of_the_key_is_evidence_and_no_other(warehouse: Warehouse) -> None:
    others = [
        breach("other contract", contract_id="C-2"),
        breach("other level", service_level_id="SL-2"),
        breach("other month", period_month="2026-02-01"),
    ]
    second = penalty(penalty_term_id="T-2", service_level_id="SL-2")
    without_level = penalty(penalty_term_id="T-3", service_level_id=None)
    night(warehouse, penalty(), second, without_level, breaches=[breach("B"), breach("a"), *others])
    evidence = warehouse.query(
        "select line_number, evidence_number, detail->>'ticket_id' from finance.ledger_evidence order by 1, 2"
    )
    assert evidence == [(1, 1, "B"), (1, 2, "a"), (2, 1, "other level")]
    ((detail,),) = warehouse.query("select detail from finance.ledger_evidence where evidence_number = 2")
    assert tuple(sorted(detail)) == tuple(sorted(EVIDENCE_COLUMNS))
    assert (detail["started_at"], detail["overdue_seconds"], detail["_source_row_number"], detail["stopped_at"]) == (
        "2026-01-05T00:00:00.500000+00:00", "3600", "7", None,
    )  # fmt: skip


def test_anybody_can_recompute_the_chain_from_what_is_stored(warehouse: Warehouse) -> None:
    """Written down a second time on purpose: an auditor has the tables and this recipe, not our code."""
    night(warehouse, penalty(), penalty(penalty_term_id="T-2"), breaches=[breach("1"), breach("2")])
    night(warehouse, penalty(owed_amount="33.10"))
    previous = FIRST_HASH
    rows = warehouse.query(
        "select line_number, publication_id, line_kind, contract_id, penalty_term_id, period_month::text,"
        " currency_code, amount::text, owed_amount::text, accounting_period::text, corrects_line_number,"
        """ to_char(as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), detail,"""
        " array(select detail from finance.ledger_evidence where line_number = line.line_number"
        "   order by evidence_number), line_hash from finance.ledger_line as line order by line_number"
    )
    names = [
        "line_number", "publication_id", "line_kind", "contract_id", "penalty_term_id", "period_month", "currency_code",
        "amount", "owed_amount", "accounting_period", "corrects_line_number", "as_of", "detail", "evidence",
    ]  # fmt: skip
    assert len(rows) == 4
    for *values, line_hash in rows:
        content = dict(zip(names, values, strict=True))
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        assert previous == line_hash


def test_the_chain_holds_in_a_session_of_another_time_zone(warehouse: Warehouse) -> None:
    night(warehouse, penalty(), breaches=[breach("1")])
    with closing(psycopg2.connect(warehouse.transformer_url, options="-c timezone=Asia/Shanghai")) as connection:
        assert broken_links(connection) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update finance.ledger_line set amount = 999 where line_number = 2", [2]),
        ("""update finance.ledger_line set detail = detail || '{"clause": "9"}' where line_number = 3""", [3]),
        ("update finance.ledger_line set as_of = as_of - interval '1 day' where line_number = 1", [1]),
        ("update finance.ledger_line set line_hash = repeat('f', 64) where line_number = 2", [2, 3]),
        ("update finance.ledger_line set previous_hash = repeat('f', 64) where line_number = 2", [2]),
        ("delete from finance.ledger_evidence where line_number = 1 and evidence_number = 2", [1]),
        ("update finance.ledger_evidence set evidence_number = 9 where evidence_number = 1", [1]),
        ("delete from finance.ledger_line where line_number = 2", [2, 3]),
        ("delete from finance.ledger_line where line_number = 3", [3]),
        ("delete from finance.ledger_evidence; delete from finance.ledger_line", [1, 2, 3]),
    ],
)
def test_tampering_is_found_and_the_line_named(warehouse: Warehouse, statement: str, found: list[int]) -> None:
    later = [penalty(penalty_term_id=term, service_level_id=term) for term in ("T-2", "T-3")]
    night(warehouse, penalty(), *later, breaches=[breach("1"), breach("2")])
    assert broken(warehouse) == []
    warehouse.query(f"set session_replication_role = replica; {statement}")  # a superuser, triggers switched off
    assert broken(warehouse) == found


@pytest.mark.parametrize("role", ["transformer_url", "admin_url"])
@pytest.mark.parametrize(
    "statement",
    [
        "update finance.ledger_line set amount = 1",
        "delete from finance.ledger_line",
        "truncate finance.ledger_line cascade",
        "update finance.ledger_evidence set detail = '{}'",
        "delete from finance.ledger_evidence",
        "truncate finance.ledger_evidence",
        "update ops.publication set ledger_lines_posted = 0",
        "delete from ops.publication",
    ],
)
def test_nobody_changes_what_was_said(published: Warehouse, role: str, statement: str) -> None:
    with closing(psycopg2.connect(getattr(published, role))) as connection, connection.cursor() as cursor:
        expected = errors.RaiseException if role == "admin_url" else errors.InsufficientPrivilege
        with pytest.raises(expected):
            cursor.execute(statement)


@pytest.fixture(scope="module")
def published(template_database: str) -> Iterator[Warehouse]:
    """One published night for tests that only try to change it."""
    with another_warehouse(template_database, "published_ledger") as warehouse:
        night(warehouse, penalty(), breaches=[breach("1")])
        yield warehouse


TERMS, CURRENCIES = ("T-1", "T-2"), ("CNY", "EUR")
CENTS = st.integers(min_value=0, max_value=9_999_999_999)
Amounts = dict[str, Decimal]
Owed = dict[tuple[str, str], tuple[Amounts, str]]


@st.composite
def owed_amounts(draw: st.DrawFn) -> tuple[Amounts, str]:
    """A penalty, what was given back of it (never more than is left), and a status, in some months an undecided one."""
    left = draw(CENTS)
    cents = {"penalty_amount": left}
    for column in ("earn_back_amount", "dispute_reduction_amount", "waiver_amount"):
        cents[column] = draw(st.one_of(st.just(0), st.integers(min_value=0, max_value=left)))
        left -= cents[column]
    cents["owed_amount"] = left
    status = draw(st.sampled_from(["owed"] * 5 + list(UNDECIDED_STATUSES)))
    return {column: Decimal(amount) / 100 for column, amount in cents.items()}, status


NIGHTS = st.lists(
    st.dictionaries(st.tuples(st.sampled_from(TERMS), st.sampled_from(CURRENCIES)), owed_amounts(), max_size=4),
    min_size=1, max_size=5,
)  # fmt: skip


def test_the_ledger_of_any_nights_adds_up_to_what_is_owed_by_component(warehouse: Warehouse) -> None:
    build_slot(warehouse, "marts_blue")
    with session(warehouse.transformer_url) as connection:

        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(NIGHTS)
        def check(nights: list[Owed]) -> None:
            said: dict[tuple[str, str], Amounts] = {}
            for number, owed in enumerate(nights, start=1):
                post(connection, owed, number)
                assert post(connection, owed, number + 100) == 0
                undecided = {term for (term, _), (_, status) in owed.items() if status != "owed"}
                decided = {key: amounts for key, (amounts, _) in owed.items() if key[0] not in undecided}
                said = {key: amounts for key, amounts in said.items() if key[0] in undecided} | decided
                assert sums(connection) == {
                    (*key, component): sign * amounts[column]
                    for key, amounts in said.items()
                    for component, (column, sign) in COMPONENTS.items()
                    if amounts[column]
                }
            connection.rollback()

        check()


def post(connection: Connection, owed: Owed, publication: int) -> int:
    """One night on the slot as it is, its own check included; nothing is committed."""
    with connection.cursor() as cursor:
        cursor.execute("delete from marts_blue.fct_penalty")
        for (term, currency), (amounts, status) in owed.items():
            row: dict[str, Any] = {**penalty(penalty_term_id=term, currency_code=currency), **amounts}
            cursor.execute(
                "insert into marts_blue.fct_penalty (contract_id, penalty_term_id, period_month, currency_code,"
                " penalty_amount, earn_back_amount, dispute_reduction_amount, waiver_amount, owed_amount, status_code)"
                " values (%(contract_id)s, %(penalty_term_id)s, %(period_month)s, %(currency_code)s,"
                " %(penalty_amount)s, %(earn_back_amount)s, %(dispute_reduction_amount)s, %(waiver_amount)s,"
                " %(owed_amount)s, %(status_code)s)",
                {**row, "status_code": status},
            )

        def record(count: int) -> None:
            cursor.execute(
                "insert into ops.publication (publication_id, slot, as_of, delivery_watermark, build_fingerprint,"
                " run_id, ledger_lines_posted) values (%s, 'marts_blue', %s, 0, '', '', %s)",
                (publication, AS_OF, count),
            )

        posted = post_differences(
            cursor,
            slot="marts_blue",
            publication_id=publication,
            as_of=AS_OF.astimezone(UTC),
            record_publication=record,
        )
        check_night(cursor, slot="marts_blue", publication_id=publication, as_of=AS_OF)
        return posted


def sums(connection: Connection) -> dict[tuple[str, str, str], Decimal]:
    """What the lines come to, by clause, currency and component."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select penalty_term_id, currency_code, replace(replace(line_kind, 'initial', 'penalty'), 'adjustment',"
            " 'penalty'), sum(amount) from finance.ledger_line group by 1, 2, 3 having sum(amount) <> 0"
        )
        return {(term, currency, component): total for term, currency, component, total in cursor.fetchall()}
