"""A miss that every contract passes on is listed: it is a gap between contracts, and only a person can close it."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, contract, event, register, service_level, ticket

AS_OF = utc("2026-03-15 12:00")


def _levels(name: str, first_policy: str, second_policy: str) -> list[Row]:
    return [
        service_level(
            f"{name} {number}",
            contract_id=f"C{number}",
            ticket_type_code=name,
            target_value="60",
            handover_policy=policy,
        )
        for number, policy in ((1, first_policy), (2, second_policy))
    ]


def _handed_over(name: str, work_centre: str) -> tuple[Row, list[Row]]:
    """Opened with S1 at nine, late at ten, handed over at eleven, resolved at noon."""
    row = ticket(name, "2026-03-09T09:00:00Z", ticket_type_code=name, resolved_at="2026-03-09T12:00:00Z")
    return row, [
        event(name, "2026-03-09T09:00:00Z", "opened", work_centre_id="WC1"),
        event(name, "2026-03-09T11:00:00Z", "work_centre_changed", work_centre_id=work_centre),
    ]


def test_a_miss_that_every_contract_passes_on_is_listed(warehouse: Warehouse, tmp_path: Path) -> None:
    tickets = [_handed_over("agreed", "WC2"), _handed_over("crossed", "WC2"), _handed_over("no contract", "WC3")]
    exports = register(
        suppliers=[
            {"supplier_id": f"S{number}", "supplier_name": name, "category_code": "it"}
            for number, name in enumerate(("Acme", "Bolt", "Crane"), start=1)
        ],
        work_centres=[{"work_centre_id": f"WC{number}", "supplier_id": f"S{number}"} for number in (1, 2, 3)],
        contracts=[contract(), contract(contract_id="C2", supplier_id="S2")],
        service_levels=[
            *_levels("agreed", "last", "last"),
            *_levels("crossed", "last", "holder_at_breach"),
            *_levels("no contract", "last", "last"),
        ],
        tickets=[row for row, _ in tickets],
        ticket_events=[row for _, rows in tickets for row in rows],
    )
    night(warehouse, tmp_path, exports, AS_OF, marts=["qc_missed_by_nobody"])
    assert warehouse.query(
        "select ticket_id, contract_id, supplier_id, bearer_supplier_id, exceeded_seconds from marts.qc_missed_by_nobody"
        " order by ticket_id"
    ) == [
        ("crossed", "C1;C2", "S1;S2", "S1;S2", 2 * 3600),
        ("no contract", "C1", "S1", "S3", 2 * 3600),
    ]
