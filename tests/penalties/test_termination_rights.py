"""Each basis of a termination right as one contract whose months a person can judge. One build for all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.support.contract_books import Book, exports_of
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, calendar

AS_OF = utc("2026-07-15 12:00")
FEES = {f"2026-{month:02}": "1000.00" for month in range(1, 7)}
EVERY_LEVEL = {"service_level_id": ""}


ERRORS = {
    **dict.fromkeys(("start_event", "stop_event", "pause_states", "target_unit", "target_value"), ""),
    "measure_kind": "measured_value", "metric_code": "errors", "target_direction": "at_most", "attainment_target": "0.02",
}  # fmt: skip


def _errors(start: str, end: str, value: str) -> Row:
    window = {"measured_from": f"{start}T00:00:00Z", "measured_to": f"{end}T00:00:00Z"}
    return {"service_level_id": "error-rate-level", "measured_value": value, **window}


def _right(basis: str, **changes: str) -> Row:
    return {"penalty_term_id": "right", "penalty_kind": "termination_right", "right_basis": basis, **changes}


def _per_miss(amount: str = "100.00") -> Row:
    return {"penalty_term_id": "miss", "penalty_kind": "fixed_per_miss", "amount": amount}


def _monthly_cap(amount: str) -> Row:
    return {"penalty_term_id": "cap", "penalty_kind": "monthly_cap", "amount": amount, **EVERY_LEVEL}


def _missed(*months: int, met: int = 0) -> dict[str, tuple[int, int]]:
    """So many misses in January, February and so on."""
    return {f"2026-{number:02}": (met, misses) for number, misses in enumerate(months, start=1)}


def _noticed(name: str, *, days: str, basis: str = "", contract: Row | None = None) -> Book:
    """A right that arose in June: the level missed its target in that month."""
    terms = (_right("failures", notice_days=days, notice_basis=basis),)
    return Book(name, terms, {"2026-06": (0, 1)}, contract=contract or {})


BOOKS = [
    # Penalties of 200, 100, 0, 300, 200, 0 are 20, 10, 0, 30, 20, 0 % of 1,000 a month, whatever the cap leaves of them.
    Book(
        "share-of-fees",
        (
            _per_miss(),
            _monthly_cap("150.00"),
            _right("fee_share", fee_ratio="0.20", failures_needed="2", failure_months="4", notice_days="60", **EVERY_LEVEL),
        ),
        _missed(2, 1, 0, 3, 2, 0),
        FEES,
    ),
    # 10/10, 9/10, 7/10, 10/10, 10/10: with the two months before 1, 19/20 = 0.95, 26/30, 26/30, 27/30 = 0.9 is not below.
    Book(
        "rolling-average",
        (_right("attainment", attainment_to="0.90", window_months="3", notice_days="60"),),
        {"2026-01": (10, 0), "2026-02": (9, 1), "2026-03": (7, 3), "2026-04": (10, 0), "2026-05": (10, 0)},
    ),
    # 1/2 and 18/18 average to 0.75, together they are 19/20.
    Book(
        "counts-not-ratios",
        (_right("attainment", attainment_to="0.90", window_months="2"),),
        {"2026-01": (1, 1), "2026-02": (18, 0)},
    ),
    # Below 0.98 in January, March and June: the third of twelve months is June.
    Book(
        "three-of-twelve",
        (_right("attainment", attainment_to="0.98", failures_needed="3", failure_months="12"),),
        _missed(1, 0, 1, 0, 0, 1, met=5),
    ),
    # Two in a row: not January and March, but March and April, and April and May.
    Book("two-in-a-row", (_right("failures", failures_needed="2"),), _missed(1, 0, 1, 1, 1, 0, met=1)),
    # The cap of 100 is used up in January, February, April: the third of six months is April, with May it is a fourth.
    Book(
        "cap-reached",
        (_per_miss("60.00"), _monthly_cap("100.00"), _right("cap_reached", failures_needed="3", failure_months="6", **EVERY_LEVEL)),
        _missed(2, 3, 1, 2, 2, 1),
    ),
    Book("no-cap", (_per_miss(), _right("cap_reached", **EVERY_LEVEL)), _missed(0, 0, 0, 0, 0, 2)),
    Book("fee-missing", (_per_miss(), _right("fee_share", fee_ratio="0.20", **EVERY_LEVEL)), _missed(0, 0, 0, 0, 0, 2)),
    Book("below-the-sample", (_right("failures"),), {"2026-06": (0, 2)}, level={"minimum_sample": "3"}),
    # Errors of 1 % in May, 5 % in June: where less is better, the right arises above 3 %.
    Book("error-rate", (_right("attainment", attainment_to="0.03"),), level=ERRORS),
    # From April on a stricter version holds; a month counts by the version of its own time: 0.90 below 0.95 from April on only.
    Book(
        "stricter-from-april",
        (
            _right("attainment", attainment_to="0.85", failures_needed="2", failure_months="3", valid_to="2026-04-01"),
            _right("attainment", attainment_to="0.95", failures_needed="2", failure_months="3", valid_from="2026-04-01"),
        ),
        _missed(0, 1, 1, 1, 1, 0, met=9),
    ),
    # 30 June and 15 days is the day of the run.
    _noticed("last-day-is-today", days="15"),
    _noticed("last-day-was-yesterday", days="14"),
    # At noon UTC it is the next day already, 14 hours further east.
    _noticed("elsewhere-tomorrow", days="15", contract={"time_zone": "Pacific/Kiritimati"}),
    _noticed("no-last-day", days=""),
    # July from Wednesday the 1st: 1, 2, Saturday 4 (worked), 6, 7 ... Friday 3 is a holiday. The tenth working day is 14 July.
    _noticed("ten-working-days", days="10", basis="working_days", contract={"objection_calendar_id": "CN"}),
    _noticed("calendar-too-short", days="30", basis="working_days", contract={"objection_calendar_id": "CN"}),
    # Nothing is known of 4 to 19 July: the tenth day that is known is not the tenth working day.
    _noticed("calendar-with-a-gap", days="10", basis="working_days", contract={"objection_calendar_id": "GAP"}),
    _noticed("no-calendar", days="10", basis="working_days"),
]  # fmt: skip

COLUMNS = (
    "state_code", "observed_ratio", "observed_amount", "failed_months_count", "is_arisen", "arisen_month",
    "last_notice_date", "notice_days_left_count", "measured_count",
)  # fmt: skip

Months = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def rights(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Months]:
    """By contract and month (`2026-06`) what is said of the right."""
    exports = exports_of(
        BOOKS,
        service_measurements=[
            _errors("2026-05-01", "2026-06-01", "0.01"),
            _errors("2026-06-01", "2026-07-01", "0.05"),
        ],
        calendars=[
            calendar(),
            calendar("CN", published_until="2026-08-01"),
            calendar("GAP", published_until="2026-07-04"),
            calendar("GAP", valid_from="2026-07-20"),
        ],
        calendar_exceptions=[
            {"calendar_id": "CN", "exception_date": "2026-07-03", "hours": "", "exception_kind": "holiday"},
            {
                "calendar_id": "CN",
                "exception_date": "2026-07-04",
                "hours": "09:00-17:00",
                "exception_kind": "makeup_working_day",
            },
        ],
    )
    night(module_warehouse, tmp_path_factory.mktemp("rights"), exports, AS_OF, marts=["fct_termination_right"])
    rows = module_warehouse.query(
        f"select contract_id, to_char(period_month, 'YYYY-MM'), {', '.join(COLUMNS)}"
        " from marts.fct_termination_right where period_month >= '2026-01-01'"
    )
    found: dict[str, Months] = {}
    for contract_id, month, *values in rows:
        found.setdefault(contract_id, {})[month] = dict(zip(COLUMNS, values, strict=True))
    return found


def _arisen(months: Months) -> dict[str, tuple[date, date | None, str]]:
    """The months in which the right arose: since when without a break, last day to give notice, state."""
    return {
        month: (row["arisen_month"], row["last_notice_date"], row["state_code"])
        for month, row in sorted(months.items())
        if row["is_arisen"]
    }


APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)

ARISEN: dict[str, dict[str, tuple[date, date | None, str]]] = {
    # January is too far from May; April with January, then May with April. 30 April and 60 days is 29 June.
    "share-of-fees": {
        "2026-04": (APRIL, date(2026, 6, 29), "expired"),
        "2026-05": (APRIL, date(2026, 7, 30), "open"),
    },
    "rolling-average": {
        "2026-03": (date(2026, 3, 1), date(2026, 5, 30), "expired"),
        "2026-04": (date(2026, 3, 1), date(2026, 6, 29), "expired"),
    },
    "counts-not-ratios": {"2026-01": (date(2026, 1, 1), None, "open")},
    "three-of-twelve": {"2026-06": (date(2026, 6, 1), None, "open")},
    "two-in-a-row": {"2026-04": (APRIL, None, "open"), "2026-05": (APRIL, None, "open")},
    "cap-reached": {"2026-04": (APRIL, None, "open"), "2026-05": (APRIL, None, "open")},
    "no-cap": {},
    "fee-missing": {},
    "below-the-sample": {},
    "error-rate": {"2026-06": (date(2026, 6, 1), None, "open")},
    "stricter-from-april": {"2026-05": (MAY, None, "open")},
    "last-day-is-today": {"2026-06": (date(2026, 6, 1), date(2026, 7, 15), "open")},
    "last-day-was-yesterday": {"2026-06": (date(2026, 6, 1), date(2026, 7, 14), "expired")},
    "elsewhere-tomorrow": {"2026-06": (date(2026, 6, 1), date(2026, 7, 15), "expired")},
    "no-last-day": {"2026-06": (date(2026, 6, 1), None, "open")},
    "ten-working-days": {"2026-06": (date(2026, 6, 1), date(2026, 7, 14), "expired")},
    "calendar-too-short": {"2026-06": (date(2026, 6, 1), None, "open_undated")},
    "calendar-with-a-gap": {"2026-06": (date(2026, 6, 1), None, "open_undated")},
    "no-calendar": {"2026-06": (date(2026, 6, 1), None, "open_undated")},
}


@pytest.mark.parametrize("name", [book.name for book in BOOKS])
def test_the_right_arises_in_these_months_and_no_others(name: str, rights: dict[str, Months]) -> None:
    assert _arisen(rights[name]) == ARISEN[name]


def test_penalties_count_as_share_of_the_fees_before_the_cap(rights: dict[str, Months]) -> None:
    ratios = {month: row["observed_ratio"] for month, row in rights["share-of-fees"].items()}
    assert ratios == {
        "2026-01": Decimal("0.2"),
        "2026-02": Decimal("0.1"),
        "2026-03": Decimal(0),
        "2026-04": Decimal("0.3"),
        "2026-05": Decimal("0.2"),
        "2026-06": Decimal(0),
    }


def test_the_months_of_the_rolling_window_are_counted(rights: dict[str, Months]) -> None:
    counted = [row["failed_months_count"] for _, row in sorted(rights["share-of-fees"].items())]
    # Of the four months up to January, February ... June: January; the same; the same; and April; April, May; the same.
    assert counted == [1, 1, 1, 2, 2, 2]


def test_attainment_over_several_months_adds_the_counts_up(rights: dict[str, Months]) -> None:
    january, february = (rights["counts-not-ratios"][month] for month in ("2026-01", "2026-02"))
    assert (january["observed_ratio"], january["measured_count"]) == (Decimal("0.5"), 2)
    assert (february["observed_ratio"], february["measured_count"]) == (Decimal("0.95"), 20)


def test_the_running_month_is_not_assessed(rights: dict[str, Months]) -> None:
    assert all("2026-07" not in months for months in rights.values())


def test_what_cannot_be_judged_is_no_clean_month(rights: dict[str, Months]) -> None:
    states = {name: rights[name]["2026-06"]["state_code"] for name in ("fee-missing", "no-cap", "below-the-sample")}
    assert states == {"fee-missing": "fee_missing", "no-cap": "no_data", "below-the-sample": "not_arisen"}
    assert rights["below-the-sample"]["2026-05"]["state_code"] == "no_data"


def test_the_days_left_are_told_as_of_the_run(rights: dict[str, Months]) -> None:
    left = {name: rights[name]["2026-06"]["notice_days_left_count"] for name in ARISEN if name.startswith("last-day")}
    assert left == {"last-day-is-today": 0, "last-day-was-yesterday": -1}
