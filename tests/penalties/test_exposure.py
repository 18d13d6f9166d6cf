"""Money left on the table, claims and their last days, how far each cap is used: contracts one can add up. One build."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from psycopg2.extras import Json

from tests.conftest import Warehouse
from tests.support.contract_books import Book, exports_of
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, ticket

AS_OF = utc("2026-07-15 12:00")
MARTS = ("rpt_penalty_forgone", "rpt_contract_exposure", "rpt_claim_due", "fct_termination_right")
NO_LEVEL = {"service_level_id": ""}


def _per_miss(amount: str, term: str = "a", **changes: str) -> Row:
    return {"penalty_term_id": term, "penalty_kind": "fixed_per_miss", "amount": amount, "clause": "Annex 3", **changes}


def _cap(kind: str, **changes: str) -> Row:
    about = {} if kind == "level_cap" else NO_LEVEL
    return {"penalty_term_id": kind, "penalty_kind": kind, "clause": f"Annex 4 {kind}", **about, **changes}


def _at_risk(term: str, allocation: str) -> Row:
    return {
        "penalty_term_id": term, "penalty_kind": "at_risk", "fee_ratio": "0.12", "allocation_ratio": allocation,
        "pool_code": "critical",
    }  # fmt: skip


BOOKS = [
    # Five misses: 1,500 and 500. The level's 1,000 leave 1,000 and 0, the month's 800 leave 800 and 0.
    Book(
        "level-then-month",
        (_per_miss("300.00"), _per_miss("100.00", "b"), _cap("level_cap", amount="1000"), _cap("monthly_cap", amount="800")),
        {"2026-01": (0, 5)},
    ),
    # 12 % of 10,000 are at risk; 60 % and 50 % of that are 720 and 600, the pool of 1,200 leaves 720 and 480.
    Book(
        "pool",
        (_at_risk("a", "0.60"), _at_risk("b", "0.50"), _cap("pool_cap", fee_ratio="0.12", pool_code="critical")),
        {"2026-01": (0, 1)},
        {"2026-01": "10000.00"},
    ),
    # The year begins in April: 200 in March are the old one's. Then 600, 600, 100: 1,000 leave 600, 400, 0.
    Book(
        "year-from-april",
        (_per_miss("100.00"), _cap("yearly_cap", amount="1000")),
        {"2026-03": (0, 2), "2026-04": (0, 6), "2026-05": (0, 6), "2026-06": (0, 1)},
        contract={"year_starts_on": "2024-04-01"},
    ),
    Book("minimum", (_per_miss("0.50", minimum_amount="1.00"),), {"2026-01": (0, 1), "2026-02": (0, 2)}),
    # February meets the higher target: half of January's 200 goes back.
    Book(
        "earn-back",
        (
            _per_miss("100.00"),
            {"penalty_term_id": "back", "penalty_kind": "earn_back", "attainment_from": "0.99", "fee_ratio": "0.5", "clause": "Annex 5"},
        ),
        {"2026-01": (8, 2), "2026-02": (10, 0)},
    ),
    # A ruling leaves 120 of January's 200, February's 100 are waived.
    Book("decided", (_per_miss("100.00"),), {"2026-01": (0, 2), "2026-02": (0, 1)}),
    # The month is not over: of three misses, 300, the level's cap would leave 150, and those use up 150 of the month's 500.
    Book(
        "running-month",
        (_per_miss("100.00"), _cap("level_cap", amount="150"), _cap("monthly_cap", amount="500")),
        {"2026-07": (0, 3)},
    ),
    Book("no-cap", (_per_miss("100.00"),), {"2026-06": (0, 3)}),
    # A tenth of 1,000 is the cap of January; without a fee February's 200 wait.
    Book(
        "cap-by-fee",
        (_per_miss("100.00"), _cap("monthly_cap", fee_ratio="0.10")),
        {"2026-01": (0, 2), "2026-02": (0, 2)},
        {"2026-01": "1000.00"},
    ),
    # 31 January and 30 days is 2 March; 30 June and 30 days is 30 July.
    Book(
        "claims",
        (_per_miss("150.00"),),
        {"2026-01": (0, 3), "2026-03": (0, 2), "2026-04": (0, 1), "2026-06": (0, 1)},
        contract={"claim_within_days": "30"},
    ),
    Book("claim-until-today", (_per_miss("150.00"),), {"2026-06": (0, 1)}, contract={"claim_within_days": "15"}),
    Book("claim-until-yesterday", (_per_miss("150.00"),), {"2026-06": (0, 1)}, contract={"claim_within_days": "14"}),
    # Without a fee nobody knows the amount; the date runs nevertheless.
    Book(
        "claim-without-fee",
        ({"penalty_term_id": "a", "penalty_kind": "shortfall"},),
        {"2026-05": (0, 1), "2026-06": (0, 1)},
        contract={"claim_within_days": "30"},
    ),
    # Two tickets were resolved before they were opened. Were they misses, each would cost 120: 150, capped per ticket.
    Book(
        "evidence",
        (
            _per_miss("150.00", ticket_cap_amount="120.00"),
            {"penalty_term_id": "b", "penalty_kind": "fixed_per_failure", "amount": "1000.00"},
        ),
        {"2026-03": (3, 0)},
        more_tickets=tuple(
            ticket(f"backwards-{number}", "2026-03-12T08:00:00Z", resolved_at="2026-03-11T08:00:00Z") for number in (1, 2)
        ),
    ),
]  # fmt: skip


def _decision(number: str, kind: str, month: str, **changes: str) -> Row:
    return {
        "decision_id": number, "decision_kind": kind, "contract_id": "decided", "penalty_term_id": "decided/a",
        "period_month": month, "decided_by": "controller", "decided_at": f"2026-03-0{number}T09:00:00Z", **changes,
    }  # fmt: skip


DECISIONS = [
    _decision("1", "dispute", "2026-01"),
    _decision("2", "ruling", "2026-01", outcome_code="reduced", amount="120.00", answers_decision_id="1"),
    _decision("3", "waive", "2026-02"),
]


@pytest.fixture(scope="module")
def reports(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    night(
        module_warehouse,
        tmp_path_factory.mktemp("exposure"),
        exports_of(BOOKS, decisions=DECISIONS),
        AS_OF,
        marts=MARTS,
    )
    return module_warehouse


def _forgone(reports: Warehouse, contract_id: str) -> list[tuple[str, str, str, Decimal | None]]:
    return reports.query(
        "select split_part(penalty_term_id, '/', 2), to_char(period_month, 'YYYY-MM'), cause_code, forgone_amount"
        " from marts.rpt_penalty_forgone where contract_id = %s order by 2, 1, cause_code",
        (contract_id,),
    )


@pytest.mark.parametrize(
    ("contract_id", "expected"),
    [
        (
            "level-then-month",
            [
                ("a", "2026-01", "level_cap", Decimal(500)),
                ("a", "2026-01", "monthly_cap", Decimal(200)),
                ("b", "2026-01", "level_cap", Decimal(500)),
            ],
        ),
        ("pool", [("b", "2026-01", "pool_cap", Decimal(120))]),
        (
            "year-from-april",
            [("a", "2026-05", "yearly_cap", Decimal(200)), ("a", "2026-06", "yearly_cap", Decimal(100))],
        ),
        ("minimum", [("a", "2026-01", "waive_below_minimum", Decimal("0.50"))]),
        ("earn-back", [("a", "2026-01", "earn_back", Decimal(100))]),
        ("decided", [("a", "2026-01", "dispute", Decimal(80)), ("a", "2026-02", "waiver", Decimal(100))]),
        ("running-month", []),
        ("no-cap", []),
        ("cap-by-fee", [("a", "2026-01", "monthly_cap", Decimal(100))]),
        (
            "claims",
            [
                ("a", "2026-01", "claim_missed", Decimal(450)),
                ("a", "2026-03", "claim_missed", Decimal(300)),
                ("a", "2026-04", "claim_missed", Decimal(150)),
            ],
        ),
        ("claim-until-today", []),
        ("claim-until-yesterday", [("a", "2026-06", "claim_missed", Decimal(150))]),
        ("claim-without-fee", []),
        (
            "evidence",
            [("a", "2026-03", "evidence_missing", Decimal(240)), ("b", "2026-03", "evidence_missing", None)],
        ),
    ],
)
def test_money_left_on_the_table_is_listed_by_cause(
    contract_id: str, expected: list[tuple[str, str, str, Decimal | None]], reports: Warehouse
) -> None:
    assert _forgone(reports, contract_id) == expected


def test_what_was_lost_on_the_way_and_what_is_owed_add_up_to_what_was_assessed(reports: Warehouse) -> None:
    differing = reports.query(
        "select contract_id, penalty_term_id, period_month, multiplied_amount, owed_amount, lost"
        " from marts.fct_penalty"
        " left join lateral (select sum(forgone_amount) as lost from marts.rpt_penalty_forgone as forgone"
        "   where forgone.penalty_key = fct_penalty.penalty_key"
        "   and cause_code not in ('claim_missed', 'evidence_missing')) as forgone on true"
        " where status_code not in ('provisional', 'fee_missing')"
        " and multiplied_amount <> owed_amount + coalesce(lost, 0)"
    )
    assert differing == []


def test_each_loss_is_told_in_both_languages(reports: Warehouse) -> None:
    told = reports.query(
        "select cause_name, cause_name_zh, explanation, explanation_zh from marts.rpt_penalty_forgone"
        " where contract_id in ('level-then-month', 'evidence') and penalty_term_id like '%%/a'"
        " order by contract_id, cause_code",
        (),
    )
    assert told == [
        (
            "Evidence missing",
            "证据缺失",
            "Tickets that cannot be measured and may be misses: 2; at the clause's sum per miss: 240.00.",
            "无法计量、可能属违约的工单：2 张；按每次违约金额计：240.00。",
        ),
        (
            "Cap of the level",
            "单项上限",
            "500.00 of 1500.00 is above the cap of the service level, 1000.00 (Annex 4 level_cap).",
            "1500.00 中的 500.00 超出该服务级别上限 1000.00（Annex 4 level_cap）。",
        ),
        (
            "Monthly cap",
            "月度上限",
            "200.00 of 1000.00 is above the monthly cap, 800.00 (Annex 4 monthly_cap).",
            "1000.00 中的 200.00 超出月度上限 800.00（Annex 4 monthly_cap）。",
        ),
    ]


@pytest.mark.parametrize(
    ("contract_id", "period", "expected"),
    [
        (
            "level-then-month",
            "2026-01-01",
            [("level_cap", "1000.00", "1000.00", "0.00", "0.00", "reached"), ("monthly_cap", "800.00", "800.00", "0.00", "0.00", "reached")],
        ),
        ("pool", "2026-01-01", [("pool_cap", "1200.00", "1200.00", "0.00", "0.00", "reached")]),
        ("year-from-april", "2025-04-01", [("yearly_cap", "1000.00", "200.00", "0.00", "800.00", "within")]),
        ("year-from-april", "2026-04-01", [("yearly_cap", "1000.00", "1000.00", "0.00", "0.00", "reached")]),
        (
            "running-month",
            "2026-07-01",
            [("level_cap", "150.00", "150.00", "150.00", "0.00", "reached"), ("monthly_cap", "500.00", "150.00", "150.00", "350.00", "within")],
        ),
        ("no-cap", "2026-06-01", [(None, None, "300.00", "0.00", None, "no_cap")]),
        ("cap-by-fee", "2026-01-01", [("monthly_cap", "100.00", "100.00", "0.00", "0.00", "reached")]),
        ("cap-by-fee", "2026-02-01", [("monthly_cap", None, "0.00", "0.00", None, "fee_missing")]),
    ],
)  # fmt: skip
def test_how_much_of_a_cap_is_used(
    contract_id: str, period: str, expected: list[tuple[str | None, ...]], reports: Warehouse
) -> None:
    rows = reports.query(
        "select cap_kind_code, cap_amount::text, used_amount::text, provisional_amount::text, left_amount::text,"
        " state_code from marts.rpt_contract_exposure where contract_id = %s and period_from = %s"
        " order by cap_kind_code",
        (contract_id, period),
    )
    assert rows == expected


def test_the_current_period_is_the_one_of_the_run(reports: Warehouse) -> None:
    current = reports.query(
        "select contract_id, cap_kind_code, period_from, period_to, round(used_ratio, 2)"
        " from marts.rpt_contract_exposure"
        " where is_current and contract_id in ('year-from-april', 'running-month') order by 1, 2"
    )
    july, august, april = date(2026, 7, 1), date(2026, 8, 1), date(2026, 4, 1)
    assert current == [
        ("running-month", "level_cap", july, august, Decimal("1.00")),
        ("running-month", "monthly_cap", july, august, Decimal("0.30")),
        ("year-from-april", "yearly_cap", april, date(2027, 4, 1), Decimal("1.00")),
    ]


def test_lines_that_wait_for_a_fee_are_counted_beside_the_cap(reports: Warehouse) -> None:
    waiting = reports.query(
        "select to_char(period_from, 'YYYY-MM'), waiting_line_count from marts.rpt_contract_exposure"
        " where contract_id = 'cap-by-fee' and period_from in ('2026-01-01', '2026-02-01') order by 1"
    )
    assert waiting == [("2026-01", 0), ("2026-02", 1)]


def _claims(reports: Warehouse) -> dict[tuple[str, str], tuple[date, int, Decimal | None, str]]:
    rows = reports.query(
        "select contract_id, to_char(period_month, 'YYYY-MM'), last_claim_date, days_left_count, unclaimed_amount,"
        " state_code from marts.rpt_claim_due"
    )
    return {(contract_id, month): tuple(values) for contract_id, month, *values in rows}


def test_claims_have_a_last_day_and_what_is_not_claimed_by_then_is_missed(reports: Warehouse) -> None:
    assert _claims(reports) == {
        ("claims", "2026-01"): (date(2026, 3, 2), -135, Decimal(450), "missed"),
        ("claims", "2026-03"): (date(2026, 4, 30), -76, Decimal(300), "missed"),
        ("claims", "2026-04"): (date(2026, 5, 30), -46, Decimal(150), "missed"),
        ("claims", "2026-06"): (date(2026, 7, 30), 15, Decimal(150), "due"),
        ("claim-until-today", "2026-06"): (date(2026, 7, 15), 0, Decimal(150), "due"),
        ("claim-until-yesterday", "2026-06"): (date(2026, 7, 14), -1, Decimal(150), "missed"),
        ("claim-without-fee", "2026-05"): (date(2026, 6, 30), -15, None, "missed"),
        ("claim-without-fee", "2026-06"): (date(2026, 7, 30), 15, None, "due"),
    }


def test_what_an_extract_has_carried_is_claimed_at_once_in_time_or_late(reports: Warehouse) -> None:
    # 30 April 23:59 is in time, the next minute is not; an extract of a later run is not known yet.
    _extract(reports, 1, "2026-03-02T11:00:00Z", "2026-01-01")
    _extract(reports, 2, "2026-04-30T23:59:00Z", "2026-03-01")
    _extract(reports, 3, "2026-05-31T00:00:00Z", "2026-04-01")
    _extract(reports, 4, "2026-07-15T12:00:01Z", "2026-06-01")
    states = {
        month: (left, state) for (name, month), (_, _, left, state) in _claims(reports).items() if name == "claims"
    }
    assert states == {
        "2026-01": (Decimal(0), "claimed"),
        "2026-03": (Decimal(0), "claimed"),
        "2026-04": (Decimal(0), "claimed_late"),
        "2026-06": (Decimal(150), "due"),
    }


def _extract(warehouse: Warehouse, number: int, as_of: str, month: str) -> None:
    """An extract of one run that carries the line of a month of contract `claims`."""
    ((line_number, amount),) = warehouse.query(
        "select line_number, amount::text from finance.ledger_line where contract_id = 'claims' and period_month = %s",
        (month,),
    )
    extract = {
        "extract_number": number, "as_of": as_of, "line_count": 1,
        "receiver_code": "finance", "layout": "csv", "layout_version": 1,
    }  # fmt: skip
    line = {
        "line_number": line_number, "extract_number": number, "receiver_code": "finance", "attempt_number": 1,
        "amount": amount, "currency_code": "EUR", "detail": {},
    }  # fmt: skip
    for table, row in (("extract", extract), ("extract_line", line)):
        warehouse.query(
            f"insert into finance.{table} select (jsonb_populate_record(null::finance.{table}, %s)).*",
            (Json(row),),
        )


def test_readers_may_read_all_of_it(reports: Warehouse) -> None:
    granted = reports.query(
        "select bool_and(has_table_privilege('bi_reader', 'marts.' || name, 'select')) from unnest(array["
        " 'rpt_penalty_forgone', 'rpt_claim_due', 'rpt_contract_exposure', 'fct_termination_right']) as name"
    )
    assert granted == [(True,)]
