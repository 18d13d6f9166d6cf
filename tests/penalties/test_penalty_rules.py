"""Each rule of the penalties as one contract whose amount a person can work out. One build for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, contract, register, service_level, ticket

AS_OF = utc("2026-03-15 12:00")
JANUARY = date(2026, 1, 1)
BANDS = (("0.00", "0.80", "0.20"), ("0.80", "0.90", "0.10"), ("0.90", "0.95", "0.05"))


@dataclass(frozen=True)
class Case:
    """One contract: tickets met and missed in January, terms, fee, and what January owes per clause."""

    name: str
    terms: tuple[Row, ...]
    owed: dict[str, str]
    met: int = 0
    missed: int = 0
    fee: str | None = "10000.00"
    status: dict[str, str] = field(default_factory=dict)
    level: Row = field(default_factory=dict)
    contract: Row = field(default_factory=dict)
    opened: str = "2026-01-12T08:00:00Z"

    def rows(self) -> dict[str, list[Row]]:
        """The case as export rows."""
        tickets = [
            ticket(
                f"{self.name}-{number}",
                self.opened,
                contract_id=self.name,
                # A target of 60 minutes round the clock: half an hour keeps it, two hours miss it.
                resolved_at=f"{self.opened[:11]}{int(self.opened[11:13]) + (2 if number < self.missed else 0):02}:30:00Z",
            )
            for number in range(self.met + self.missed)
        ]
        return {
            "contracts": [contract(contract_id=self.name, **self.contract)],
            "service_levels": [
                service_level(
                    f"{self.name}-level", contract_id=self.name, target_unit="calendar_minutes", target_value="60",
                    calendar_id="", **self.level,
                )
            ],
            "penalty_terms": [
                {"service_level_id": "" if row["penalty_kind"] == "monthly_cap" else f"{self.name}-level",
                 "contract_id": self.name, "valid_from": "2020-01-01", **row}
                for row in self.terms
            ],
            "fees": [{"contract_id": self.name, "fee_month": "2026-01", "fee_amount": self.fee, "currency_code": "EUR"}]
            if self.fee
            else [],
            "tickets": tickets,
        }  # fmt: skip


def _per_miss(term: str, amount: str, **changes: str) -> Row:
    return {"penalty_term_id": term, "penalty_kind": "fixed_per_miss", "amount": amount, **changes}


def _bands(term: str) -> tuple[Row, ...]:
    return tuple(
        {
            "penalty_term_id": term, "penalty_kind": "fee_band", "attainment_from": low, "attainment_to": high,
            "fee_ratio": ratio,
        }
        for low, high, ratio in BANDS
    )  # fmt: skip


def _cap(**limit: str) -> Row:
    return {"penalty_term_id": "cap", "penalty_kind": "monthly_cap", **limit}


CASES = [
    Case("per-miss", (_per_miss("a", "150.00"),), {"a": "450.00"}, met=7, missed=3),
    Case("no-miss", (_per_miss("a", "150.00"),), {"a": "0.00"}, met=5, status={"a": "nothing_owed"}),
    Case("no-tickets", (_per_miss("a", "150.00"), *_bands("b")), {"a": "0.00", "b": "0.00"},
         status={"a": "no_data", "b": "no_data"}),
    # 17 of 20 = 0.85 lies in [0.80, 0.90): 10 % of 10,000.
    Case("inside-a-band", _bands("b"), {"b": "1000.00"}, met=17, missed=3),
    # 18 of 20 = 0.90 is the lower bound of [0.90, 0.95), which includes it: 5 %.
    Case("lower-bound-belongs-to-the-band", _bands("b"), {"b": "500.00"}, met=18, missed=2),
    # 19 of 20 = 0.95 is the upper bound of the best band, which does not include it.
    Case("upper-bound-does-not", _bands("b"), {"b": "0.00"}, met=19, missed=1, status={"b": "nothing_owed"}),
    Case("nothing-met-is-in-the-lowest-band", _bands("b"), {"b": "2000.00"}, missed=4),
    Case("below-the-minimum-sample", _bands("b"), {"b": "0.00"}, met=1, missed=3, level={"minimum_sample": "5"},
         status={"b": "nothing_owed"}),
    Case("a-miss-costs-whatever-the-sample", (_per_miss("a", "10.00"),), {"a": "30.00"}, met=1, missed=3,
         level={"minimum_sample": "5"}),
    # 10 % of the fee = 1,000 caps 1,500 + 600: the clauses use it up in the order of their identifiers.
    Case("cap-by-ratio-in-order-of-clauses", (_per_miss("a", "300.00"), _per_miss("b", "120.00"), _cap(fee_ratio="0.10")),
         {"a": "1000.00", "b": "0.00"}, missed=5),
    Case("cap-shared", (_per_miss("a", "150.00"), _per_miss("b", "120.00"), _cap(amount="1000.00")),
         {"a": "750.00", "b": "250.00"}, missed=5),
    Case("the-lower-of-two-caps", (_per_miss("a", "500.00"), _cap(amount="900.00"),
                                   {**_cap(fee_ratio="0.05"), "penalty_term_id": "cap-2"}), {"a": "500.00"}, missed=5),
    Case("fee-missing-waits", _bands("b"), {"b": "0.00"}, met=5, missed=5, fee=None, status={"b": "fee_missing"}),
    Case("cap-by-ratio-without-fee-waits", (_per_miss("a", "100.00"), _cap(fee_ratio="0.10")), {"a": "0.00"}, missed=2,
         fee=None, status={"a": "fee_missing"}),
    # 5 % of 33,333.30 = 1,666.665: half a cent goes away from zero.
    Case("half-a-cent-is-rounded-up", _bands("b"), {"b": "1666.67"}, met=18, missed=2, fee="33333.30"),
    Case("whole-units", (_per_miss("a", "10.50", rounding_digits="0"),), {"a": "11"}, missed=1),
    Case("term-not-yet-in-force", (_per_miss("a", "10.00", valid_from="2026-02-01"),), {}, missed=3),
    Case("term-no-longer-in-force", (_per_miss("a", "10.00", valid_to="2026-01-01"),), {}, missed=3),
    Case("newer-version-of-the-term", (_per_miss("a", "10.00"), _per_miss("a", "20.00", valid_from="2026-01-01")),
         {"a": "60.00"}, missed=3),
    # 31 December 16:30 UTC is already January in Shanghai.
    Case("the-month-is-cut-in-the-contracts-zone", (_per_miss("a", "10.00"),), {"a": "20.00"}, missed=2,
         contract={"time_zone": "Asia/Shanghai"}, opened="2025-12-31T16:30:00Z"),
]  # fmt: skip


@pytest.fixture(scope="module")
def penalties(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple, tuple]:
    entities: dict[str, list[Row]] = {}
    for case in CASES:
        for entity, rows in case.rows().items():
            entities.setdefault(entity, []).extend(rows)
    # Identifiers of clauses belong to their contract here, so the contract's name goes in front.
    for row in entities["penalty_terms"]:
        row["penalty_term_id"] = f"{row['contract_id']}/{row['penalty_term_id']}"
    night(module_warehouse, tmp_path_factory.mktemp("penalties"), register(**entities), AS_OF)
    penalties = module_warehouse.query(
        "select contract_id, split_part(penalty_term_id, '/', 2), period_month, owed_amount, status_code from marts.fct_penalty"
    )
    return {(contract_id, term, month): (owed, status) for contract_id, term, month, owed, status in penalties}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_penalty_rule(case: Case, penalties: dict[tuple, tuple]) -> None:
    january = {term: value for (name, term, month), value in penalties.items() if (name, month) == (case.name, JANUARY)}
    assert {term: owed for term, (owed, _) in january.items()} == {t: Decimal(a) for t, a in case.owed.items()}
    for term, (owed, status) in january.items():
        assert status == case.status.get(term, "owed" if owed else "nothing_owed")


def test_the_running_month_is_provisional_and_owes_nothing(penalties: dict[tuple, tuple]) -> None:
    march = [value for (_, _, month), value in penalties.items() if month == date(2026, 3, 1)]
    assert march and set(march) == {(Decimal(0), "provisional")}


def test_the_ledger_was_posted_what_is_owed_and_no_more(
    penalties: dict[tuple, tuple], module_warehouse: Warehouse
) -> None:
    posted = module_warehouse.query("select contract_id, sum(amount) from finance.ledger_line group by 1")
    owed: dict[str, Decimal] = {}
    for (contract_id, _, _), (amount, _) in penalties.items():
        owed[contract_id] = owed.get(contract_id, Decimal(0)) + amount
    assert dict(posted) == {name: amount for name, amount in owed.items() if amount}
