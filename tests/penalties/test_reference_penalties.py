"""The slow penalties themselves, held against clauses whose amounts stand in contracts or follow by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.support.instants import utc
from tests.support.reference.penalties import assess
from tests.support.reference.penalties_counts import Counts, Outcome
from tests.support.reference.penalties_line import Line
from tests.support.reference.penalties_register import Row, month_of
from tests.support.register import contract

AS_OF = utc("2026-03-15 12:00")
Facts = Mapping[str, tuple[int, int]]


def term(**columns: Any) -> Row:
    """A clause of level L, in force since 2020."""
    return {"penalty_term_id": "T", "contract_id": "C1", "service_level_id": "L", "valid_from": "2020-01-01", **columns}


def cap(kind: str, **columns: Any) -> Row:
    """A limit on the contract as a whole."""
    return term(**{"penalty_term_id": f"Z-{kind}", "penalty_kind": kind, "service_level_id": "", **columns})


def bands(kind: str = "fee_band", *bounds: tuple[str, str, str]) -> list[Row]:
    """One clause, a row for each band: from, to, share of the fee."""
    return [
        term(penalty_kind=kind, attainment_from=low, attainment_to=high, fee_ratio=ratio) for low, high, ratio in bounds
    ]


def misses(level_id: str, month: str, *overdue_minutes: int) -> list[Outcome]:
    """Missed tickets, one a day."""
    first = utc(f"{month}-02 10:00")
    return [
        Outcome(
            level_id, month_of(month), f"{level_id}/{month}/{day}", False, first + timedelta(days=day), minutes * 60
        )
        for day, minutes in enumerate(overdue_minutes)
    ]


def lines(
    terms: Sequence[Row],
    facts: Facts,
    *,
    fee: str | None = "10000.00",
    outcomes: tuple[Outcome, ...] = (),
    decisions: tuple[Row, ...] = (),
    measured: dict[tuple[str, int], Counts] | None = None,
    level: Row | None = None,
    **of_contract: str,
) -> dict[tuple[str, str], Line]:
    """Facts: month to (met, missed) of level L. Every month from the first fact on has the fee."""
    found = list(outcomes)
    for month, (met, missed) in facts.items():
        found += [Outcome("L", month_of(month), f"met/{month}/{number}") for number in range(met)]
        found += misses("L", month, *[30] * missed)
    months = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)]
    exports: dict[str, Iterable[Row]] = {
        "contracts": [contract(valid_from="2024-01-01", **of_contract)],
        "service_levels": [
            {"service_level_id": name, "contract_id": "C1", "attainment_target": "0.95", "valid_from": "2020-01-01"} | dict(level or {})
            for name in ("L", "M")
        ],
        "penalty_terms": terms,
        "fees": [
            {"contract_id": "C1", "fee_month": month, "fee_amount": fee, "currency_code": "EUR"} for month in months
        ]
        if fee
        else [],
        "decisions": list(decisions),
    }  # fmt: skip
    told = assess(exports, found, AS_OF, other_levels=measured)
    return {(line.penalty_term_id, f"{line.month // 12}-{line.month % 12 + 1:02}"): line for line in told}


def owed(told: dict[tuple[str, str], Line], month: str, term_id: str = "T") -> float:
    return float(told[term_id, month].owed)


def test_forty_tickets_may_have_two_late_and_thirty_five_may_not() -> None:
    told = lines([term(penalty_kind="fixed_per_failure", amount="500")], {"2025-01": (38, 2), "2025-02": (33, 2)})
    assert (owed(told, "2025-01"), owed(told, "2025-02")) == (0, 500)


def test_the_shortfall_itself_is_the_share_of_the_charges() -> None:
    # 98 % - 75 % = 23 %
    told = lines([term(penalty_kind="shortfall")], {"2025-01": (75, 25)}, level={"attainment_target": "0.98"})
    assert owed(told, "2025-01") == 2300


@pytest.mark.parametrize(("met", "ratio"), [(9999, 0), (9995, 0.1), (9900, 0.1), (9899, 0.3), (9500, 0.3), (9499, 1)])
def test_bands_like_those_of_a_cloud(met: int, ratio: float) -> None:
    uptime = {("L", month_of("2025-01")): Counts(1, 0, 0, Fraction(met), Fraction(10000))}
    clause = bands("fee_band", ("0.99", "0.9999", "0.10"), ("0.95", "0.99", "0.30"), ("0.00", "0.95", "1"))
    assert owed(lines(clause, {}, measured=uptime), "2025-01") == 10000 * ratio


def test_more_than_a_dollar_or_nothing() -> None:
    clause = [{**row, "minimum_amount": "1.00"} for row in bands("fee_band", ("0", "0.95", "0.10"))]
    facts = {"2025-01": (1, 1)}
    assert owed(lines(clause, facts, fee="9.99"), "2025-01") == 0
    assert owed(lines(clause, facts, fee="10.00"), "2025-01") == 1


def test_allocations_add_up_to_more_than_the_amount_at_risk_and_the_pool_cap_binds() -> None:
    # 12 % of 10,000 at risk, allocated 90 % and 60 %: 1,080 + 720 > 1,200.
    at_risk = {"penalty_kind": "at_risk", "fee_ratio": "0.12", "pool_code": "critical"}
    clauses = [
        term(penalty_term_id="A", allocation_ratio="0.90", **at_risk),
        term(penalty_term_id="B", allocation_ratio="0.60", **at_risk),
        cap("pool_cap", pool_code="critical", fee_ratio="0.12"),
    ]
    told = lines(clauses, {"2025-01": (1, 1)})
    assert (owed(told, "2025-01", "A"), owed(told, "2025-01", "B")) == (1080, 120)


@pytest.mark.parametrize(("ratio", "expected"), [("0.05", 1500), ("0.005", 150)])
def test_five_percent_or_half_a_percent_for_each_whole_point_below(ratio: str, expected: float) -> None:
    # 95 % - 91.5 % = 3.5 points: three whole ones.
    told = lines([term(penalty_kind="per_point_below", fee_ratio=ratio)], {"2025-01": (183, 17)})
    assert owed(told, "2025-01") == expected


TABLE = [("5", "10", "0.00"), ("10", "15", "0.02"), ("15", "20", "0.04"), ("20", "25", "0.06"), ("25", "30", "0.08"), ("30", "", "0.10")]  # fmt: skip


@pytest.mark.parametrize(("missed", "expected"), [(3, 0), (4, 200), (5, 400), (10, 1000)])
def test_points_are_looked_up_in_the_table(missed: int, expected: float) -> None:
    # Three points each: 9, 12, 15, 30.
    clauses = [
        term(penalty_kind="points_per_miss", points="3", pool_code="points"),
        *(
            cap("points_band", pool_code="points", points_from=low, points_to=high, fee_ratio=ratio)
            for low, high, ratio in TABLE
        ),
    ]
    told = lines(clauses, {"2025-01": (1, missed)})
    assert owed(told, "2025-01", "Z-points_band") == expected
    assert told["T", "2025-01"].status == "pooled"


def test_severe_three_minor_one_doubled_when_the_previous_period_failed_too() -> None:
    points = {"penalty_kind": "points_per_failure", "repeat_multiplier": "2", "pool_code": "p"}
    clauses = [
        term(penalty_term_id="severe", points="3", **points),
        term(penalty_term_id="minor", points="1", service_level_id="M", **points),
    ]
    facts: Facts = {"2025-01": (1, 1), "2025-02": (1, 1), "2025-03": (1, 0)}
    told = lines(clauses, facts, outcomes=(*misses("M", "2025-02", 30), *misses("M", "2025-03", 30)))
    assert [float(told["severe", month].unit_count) for month in facts] == [3, 6, 0]
    assert [float(told["minor", month].unit_count) for month in facts] == [0, 1, 2]


@pytest.mark.parametrize(
    ("growth", "maximum", "factors"),
    [("flat", "", [1, 2, 2, 2]), ("added", "3", [1, 2, 3, 3]), ("compounded", "", [1, 2, 4, 8])],
)
def test_factors_for_failing_again(growth: str, maximum: str, factors: list[int]) -> None:
    clause = term(penalty_kind="fixed_per_failure", amount="100", repeat_multiplier="2", repeat_growth=growth, repeat_maximum=maximum)  # fmt: skip
    facts: Facts = {f"2025-0{month}": (0, 1) for month in (1, 2, 3, 4)} | {"2025-05": (1, 0), "2025-06": (0, 1)}
    told = lines([clause], facts)
    assert [owed(told, month) for month in facts] == [100 * factor for factor in factors] + [0, 100]


def test_eleven_failures_in_twelve_months_cost_one_time_five_percent_of_the_annual_fee() -> None:
    clause = term(penalty_kind="repeated_failures", failures_needed="10", fee_ratio="0.05", fee_months="12")
    told = lines([clause], {"2025-02": (5, 5), "2025-06": (5, 4), "2025-12": (5, 2), "2026-01": (5, 1)}, fee="10500.00")
    assert [owed(told, month) for month in ("2025-06", "2025-12", "2026-01")] == [0, 6300, 0]


def test_the_month_is_averaged_with_the_one_before() -> None:
    clause = term(penalty_kind="fixed_per_failure", amount="500", window_months="2")
    # 18 of 20 alone; 38 of 40 with the month before; 18 of 20 + 10 of 20 after it.
    told = lines([clause], {"2025-01": (20, 0), "2025-02": (18, 2), "2025-03": (10, 10)})
    assert [owed(told, f"2025-0{month}") for month in (1, 2, 3, 4)] == [0, 0, 500, 500]


def test_one_miss_is_free_when_there_were_few() -> None:
    relief = {"small_volume_below": "5", "small_volume_policy": "one_miss_allowed"}
    told = lines(
        [term(penalty_kind="fixed_per_failure", amount="500", **relief), term(penalty_term_id="U", penalty_kind="fixed_per_miss", amount="10", **relief)],
        {"2025-01": (3, 1), "2025-02": (2, 2), "2025-03": (4, 1)},
    )  # fmt: skip
    assert [owed(told, f"2025-0{month}") for month in (1, 2, 3)] == [0, 500, 500]
    assert [owed(told, f"2025-0{month}", "U") for month in (1, 2, 3)] == [0, 10, 10]


def test_few_are_carried_forward_until_there_are_enough() -> None:
    relief = {"small_volume_below": "5", "small_volume_policy": "carry_forward"}
    told = lines([term(penalty_kind="fixed_per_miss", amount="10", **relief)],
                 {"2025-01": (1, 1), "2025-02": (0, 1), "2025-03": (0, 1), "2025-04": (5, 1)})  # fmt: skip
    assert [told["T", f"2025-0{month}"].status for month in (1, 2, 3, 4)] == ["carried_forward"] * 3 + ["owed"]
    # 4 up to March: open. April closes with 10 and all four misses; May begins with nothing.
    assert owed(told, "2025-04") == 40
    assert told["T", "2025-05"].status == "carried_forward"


EARN_BACK = cap("earn_back", attainment_from="0.98", window_months="2", fee_ratio="0.5")


def test_half_is_earned_back_when_two_months_beat_the_higher_target() -> None:
    clause = term(penalty_kind="fixed_per_failure", amount="333.33")
    told = lines([clause, EARN_BACK], {"2025-01": (1, 1), "2025-02": (50, 0), "2025-03": (49, 1), "2025-04": (1, 1)})
    # Half of 333.33 is 166.665: the net is rounded, away from zero.
    assert (told["T", "2025-01"].earn_back, told["T", "2025-01"].owed) == (Fraction("166.66"), Fraction("166.67"))
    assert owed(told, "2025-04") == 333.33


def test_nothing_is_earned_back_for_chronic_misses_or_before_the_months_ended() -> None:
    clause = term(penalty_kind="fixed_per_failure", amount="100")
    chronic = {**EARN_BACK, "failures_needed": "2", "failure_months": "3"}
    facts: Facts = {"2025-01": (0, 1), "2025-02": (0, 1), "2025-03": (5, 0), "2025-04": (5, 0), "2026-02": (0, 1), "2026-03": (9, 0)}  # fmt: skip
    told = lines([clause, chronic], facts)
    assert [owed(told, month) for month in ("2025-01", "2025-02", "2026-02")] == [100, 100, 100]


def test_started_hours_with_a_cap_per_ticket() -> None:
    clause = term(penalty_kind="per_time_late", amount="10", ticket_cap_amount="35")
    told = lines([clause], {}, outcomes=tuple(misses("L", "2025-01", 60, 61, 59, 600)))
    # 1, 2, 1 hours and ten hours cut to 35.
    assert (owed(told, "2025-01"), told["T", "2025-01"].unit_count) == (75, 14)


def test_half_a_cent_of_a_third_is_rounded_away_from_zero() -> None:
    # 17/60 of 6.30 is 1.785 exactly; with cut-off digits of 2/3 it would come out as 1.78.
    told = lines([term(penalty_kind="shortfall")], {"2025-01": (2, 1)}, fee="6.30")
    assert told["T", "2025-01"].owed == Fraction("1.79")


def test_caps_follow_each_other_and_the_year_begins_in_april() -> None:
    clauses = [
        term(penalty_term_id="A", penalty_kind="fixed_per_miss", amount="300"),
        term(penalty_term_id="B", penalty_kind="fixed_per_miss", amount="100", service_level_id="M"),
        term(penalty_term_id="CAP-1", penalty_kind="level_cap", amount="500"),
        cap("monthly_cap", fee_ratio="0.06"),
        cap("yearly_cap", amount="900"),
    ]
    others = (*misses("M", "2025-02", 5, 5, 5), *misses("M", "2025-03", 5, 5, 5), *misses("M", "2025-04", 5))
    told = lines(clauses, dict.fromkeys(("2025-02", "2025-03", "2025-04"), (0, 2)), outcomes=others, year_starts_on="2024-04-01")  # fmt: skip
    # 600 to 500 by the level, 300 to 100 by the month (600); the year has 300 left in March and is new in April.
    by_month = [(owed(told, month, "A"), owed(told, month, "B")) for month in ("2025-02", "2025-03", "2025-04")]
    assert by_month == [(500, 100), (300, 0), (500, 100)]


def test_rounded_lines_never_come_above_the_cap() -> None:
    clauses = [term(penalty_term_id=name, penalty_kind="shortfall", fee_ratio="0.333", rounding_digits="0") for name in "ABC"]  # fmt: skip
    told = lines([*clauses, cap("monthly_cap", amount="100.90")], {"2025-01": (0, 1)}, fee="107.00")
    # 33.85 each, 101.55 together: 33.85, 33.85, 33.20; rounded 34, 34, 33 would be 101, only 100 fit.
    assert [owed(told, "2025-01", name) for name in "ABC"] == [34, 34, 32]


def test_a_share_of_the_fee_waits_for_the_fee_and_a_sum_does_not() -> None:
    clauses = [*bands("fee_band", ("0", "0.95", "0.05")), term(penalty_term_id="U", penalty_kind="fixed_per_miss", amount="10")]  # fmt: skip
    told = lines(clauses, {"2025-01": (0, 1)}, fee=None)
    assert (told["T", "2025-01"].status, told["U", "2025-01"].status) == ("fee_missing", "owed")


def test_quarters_of_the_contract_year() -> None:
    clause = term(penalty_kind="per_point_below", amount="100", period_months="3")
    told = lines([clause], {"2025-02": (18, 2), "2025-04": (0, 1)}, year_starts_on="2024-02-01")
    quarter = told["T", "2025-04"]
    assert set(told) >= {("T", "2025-01"), ("T", "2025-04")} and ("T", "2025-03") not in told
    # 18 of 21 = 85.7 %: 9.29 points, nine whole ones.
    assert (quarter.counts.measured, quarter.owed) == (21, 900)


def _decision(kind: str, at: str, **columns: str) -> Row:
    return {
        "decision_id": f"{kind} {at}", "decision_kind": kind, "contract_id": "C1", "decided_at": f"{at}T09:00:00Z", **columns,
    }  # fmt: skip


def test_rulings_and_waivers_as_of_the_run() -> None:
    clause = term(penalty_kind="fixed_per_miss", amount="100")
    january = {"penalty_term_id": "T", "period_month": "2025-01"}
    decisions = (
        _decision("ruling", "2025-03-01", outcome_code="reversed", **january),
        _decision("ruling", "2025-03-02", outcome_code="reduced", amount="120", **january),
        _decision("ruling", "2026-03-16", outcome_code="reversed", **january),
        _decision("waive", "2025-03-03", amount="50", **january),
        _decision("waive", "2025-03-03", amount="1"),
        _decision("ruling", "2025-04-01", outcome_code="reversed", period_month="2025-02"),
        _decision("ruling", "2025-04-02", outcome_code="reversed", ticket_id="L/2025-03/0", source_system="source"),
    )
    told = lines([clause], {"2025-01": (0, 2), "2025-02": (0, 1)}, decisions=decisions,
                 outcomes=tuple(Outcome("L", month_of("2025-03"), f"source/{one.ticket_key}", False, one.breached_at, 60) for one in misses("L", "2025-03", 1, 1)))  # fmt: skip
    first = told["T", "2025-01"]
    assert (first.dispute, first.waiver, first.owed) == (80, 70, 50)
    assert (told["T", "2025-02"].status, owed(told, "2025-02")) == ("reversed", 0)
    assert owed(told, "2025-03") == 100


def test_the_running_month_is_provisional() -> None:
    told = lines([term(penalty_kind="fixed_per_miss", amount="10")], {"2026-03": (0, 1)})
    assert (told["T", "2026-03"].status, owed(told, "2026-03")) == ("provisional", 0)
