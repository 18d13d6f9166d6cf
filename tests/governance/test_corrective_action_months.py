"""Corrective actions as a supplier's score reads them: done by their day, of those whose day has passed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from supplier_sla.database import session
from supplier_sla.warehouse.slots import choose_slot
from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import build, land, write_exports
from tests.support.register import Row, contract, register

AS_OF = utc("2026-07-15 12:00")


def _action(corrective_action_id: str, due_date: str, done_date: str = "", **changes: str) -> Row:
    return {
        "corrective_action_id": corrective_action_id,
        "supplier_id": "S1",
        "measure_text": "a second shift",
        "due_date": due_date,
        "done_date": done_date,
        **changes,
    }


def test_actions_count_in_the_month_of_their_day_once_it_has_passed(warehouse: Warehouse, tmp_path: Path) -> None:
    exports = register(
        # Honolulu, where the run of 15 July, 12:00 UTC, falls on the same day; in Auckland the 16th has begun.
        contracts=[contract(time_zone="Pacific/Honolulu"), contract(contract_id="C2", time_zone="Pacific/Auckland")],
        rectification_plans=[
            {"plan_id": plan, "supplier_id": "S1", "contract_id": contract_id, "cause_from_month": "2026-05"}
            for plan, contract_id in (("RP-1", "C1"), ("RP-2", "C2"))
        ],
        corrective_actions=[
            _action("in time on the day", "2026-06-30", "2026-06-30"),
            _action("a day late", "2026-06-30", "2026-07-01"),
            _action("never", "2026-06-10"),
            _action("verified only", "2026-06-12", verified_date="2026-06-12"),
            _action("due today in Honolulu", "2026-07-15", plan_id="RP-1"),
            _action("due yesterday in Auckland", "2026-07-15", plan_id="RP-2"),
            _action("early, due in August", "2026-08-01", "2026-07-01"),
            _action("agreed later", "2026-06-01", agreed_date="2026-07-20"),
            _action("of another supplier", "2026-06-30", "2026-06-01", supplier_id="S2"),
        ],
    )
    write_exports(tmp_path / "landing", exports)
    land(warehouse, tmp_path / "landing", AS_OF)
    with session(warehouse.transformer_url) as connection:
        slot = choose_slot(connection, as_of=AS_OF, run_id="score", fingerprint="test", force=True).slot
    assert slot is not None
    build(warehouse, tmp_path, slot, marts=["int_score__corrective_action_months"], dbt_tests="none")
    found = warehouse.query(
        f"""
        select supplier_id, period_month, measure_code, filter_code, numerator::int, denominator::int, case_count::int
        from intermediate_{slot.removeprefix("marts_")}.int_score__corrective_action_months
        order by supplier_id, period_month
        """
    )
    assert found == [
        ("S1", date(2026, 6, 1), "corrective_actions", None, 2, 4, 4),
        ("S1", date(2026, 7, 1), "corrective_actions", None, 0, 1, 1),
        ("S2", date(2026, 6, 1), "corrective_actions", None, 1, 1, 1),
    ]
