"""The reports of closing over real nights: ranges, the roll-forward before and after a seal, and what came of an accrual."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from supplier_sla.database import session
from tests.conftest import Warehouse
from tests.periods.books import FEBRUARY, JANUARY, MARCH, close
from tests.periods.conftest import NIGHTS, Story
from tests.support.instants import utc
from tests.support.nights import land, write_exports

FLOWS = (
    "opening_amount, new_amount, adjustment_amount, paid_amount, closing_amount, extracted_amount, accepted_amount,"
    " rejected_amount, open_dispute_amount"
)


def estimates(warehouse: Warehouse) -> dict[tuple[str, date], tuple[Decimal, ...]]:
    rows = warehouse.query(
        "select penalty_term_id, period_month, low_amount, estimate_amount, high_amount"
        " from marts.fct_penalty_estimate where high_amount > 0"
    )
    return {(term, month): tuple(amounts) for term, month, *amounts in rows}


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def test_the_range_of_a_line_is_what_disputes_and_running_tickets_can_make_of_it(story: Story) -> None:
    assert estimates(story.warehouse) == {
        # 2 misses, one of them disputed: it may be taken back.
        ("miss", JANUARY): amounts("150.00", "300.00", "300.00"),
        # 10 of 12: the disputed ticket may decide the band.
        ("band", JANUARY): amounts("0.00", "1000.00", "1000.00"),
        # 18 of 19 is in the band, 21 of 22 is not, 18 of 22 is; January's fee stands in for the missing one.
        ("band-2", FEBRUARY): amounts("0.00", "1000.00", "1000.00"),
        ("miss-2", FEBRUARY): amounts("50.00", "50.00", "200.00"),
        # 26 hours late and still running: as long again, at most the cap of a ticket.
        ("late-3", FEBRUARY): amounts("260.00", "260.00", "400.00"),
    }
    ((arithmetic, is_fee_assumed),) = story.warehouse.query(
        "select arithmetic, is_fee_assumed from marts.fct_penalty_estimate"
        " where penalty_term_id = 'band-2' and period_month = '2026-02-01'"
    )
    assert arithmetic == "fee_missing; fee taken as 10000.00; 3 running, attainment 0.8182 to 0.9545"
    assert is_fee_assumed is True


def roll_forward(warehouse: Warehouse, contract_id: str = "C1") -> dict[date, tuple[Decimal, ...]]:
    """As readers see it, who have no right on finance's tables."""
    with session(warehouse.bi_reader_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"select accounting_period, {FLOWS} from marts.rpt_ledger_roll_forward where contract_id = %s",
            (contract_id,),
        )
        return {period: tuple(flows) for period, *flows in cursor.fetchall()}


def extract(warehouse: Warehouse, number: int, as_of: datetime, *lines: int) -> None:
    warehouse.query(
        "insert into finance.extract (extract_number, as_of, line_count, penalty_sha256, breach_sha256)"
        " values (%s, %s, %s, '', '')",
        (number, as_of, len(lines)),
    )
    for line in lines:
        warehouse.query(
            "insert into finance.extract_line (extract_number, line_number) values (%s, %s)", (number, line)
        )


def acknowledge(story: Story, *answers: tuple[str, int, str, str]) -> None:
    """Finance's answers (status, line, instant, amount), delivered to the published slot."""
    columns = ("status_code", "line_number", "acknowledged_at", "amount")
    rows = [{"extract_number": 1, **dict(zip(columns, answer, strict=True))} for answer in answers]
    write_exports(story.home / "landing" / f"answers_{answers[0][2][:10]}", {"finance_acknowledgements": rows})
    land(story.warehouse, story.home / "landing", NIGHTS[-1])
    story.warehouse.query(
        "insert into ops.slot_delivery select slot, delivery_id, true from ops.delivery, ("
        "select slot from ops.publication order by publication_id desc limit 1) as published on conflict do nothing"
    )


def test_the_roll_forward_ties_to_the_ledger_and_a_sealed_month_stays_as_it_was(story: Story) -> None:
    warehouse = story.warehouse
    # The disputed ticket is evidence of the lines 3 and 4.
    assert roll_forward(warehouse) == {
        FEBRUARY: amounts("0", "1150.00", "300.00", "0", "1450.00", "0", "0", "0", "300.00"),
        MARCH: amounts("1450.00", "0", "-150.00", "0", "1300.00", "0", "0", "0", "150.00"),
    }
    extract(warehouse, 1, utc("2026-02-05 22:00"), 1, 2)
    acknowledge(
        story,
        ("accepted", 1, "2026-02-10T09:00:00Z", ""),
        ("rejected", 2, "2026-02-10T09:00:00Z", ""),
        ("paid", 1, "2026-03-01T09:00:00Z", "990.00"),
        ("paid", 3, "2026-03-01T09:00:00Z", ""),  # in no extract: no movement
    )
    assert roll_forward(warehouse) == {
        FEBRUARY: amounts("0", "1150.00", "300.00", "0", "1450.00", "1150.00", "1000.00", "150.00", "300.00"),
        MARCH: amounts("1450.00", "0", "-150.00", "990.00", "310.00", "0", "0", "0", "150.00"),
    }
    assert roll_forward(warehouse, "C3") == {MARCH: amounts("0", "260.00", "0", "0", "260.00", "0", "0", "0", "0")}

    close(warehouse, FEBRUARY)
    # Said of February after it was closed; the second one is a later word on what was sealed as 1,000.
    acknowledge(story, ("paid", 2, "2026-02-20T09:00:00Z", ""), ("accepted", 1, "2026-02-11T09:00:00Z", "995.00"))
    assert roll_forward(warehouse) == {
        FEBRUARY: amounts("0", "1150.00", "300.00", "0", "1450.00", "1150.00", "1000.00", "150.00", "300.00"),
        MARCH: amounts("1450.00", "0", "-150.00", "1140.00", "160.00", "0", "-5.00", "0", "150.00"),
    }
    assert warehouse.query("select distinct is_closed from marts.rpt_ledger_roll_forward order by 1") == [
        (False,), (True,),
    ]  # fmt: skip

    assert {
        (term, month): tuple(values)
        for term, month, *values in warehouse.query(
            "select penalty_term_id, period_month, accrued_amount, posted_since_amount, true_up_amount, is_within_range"
            " from marts.rpt_accrual_true_up"
        )
    } == {
        ("miss", JANUARY): (*amounts("-150.00", "-150.00", "0.00"), True),
        ("band", JANUARY): (*amounts("0.00", "0.00", "0.00"), True),
        ("miss-2", FEBRUARY): (*amounts("50.00", "50.00", "0.00"), True),
        ("late-3", FEBRUARY): (*amounts("260.00", "260.00", "0.00"), True),
        # Its fee has not come, so nothing is posted yet.
        ("band-2", FEBRUARY): (*amounts("1000.00", "0.00", "-1000.00"), True),
    }
