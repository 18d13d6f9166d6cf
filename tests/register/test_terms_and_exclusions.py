"""What a register says about service levels and exclusions arrives as it was agreed, and doubtful approvals are listed."""

from __future__ import annotations

import pytest

from tests.conftest import Warehouse
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import Row, register, service_level, ticket

AS_OF = utc("2026-03-15 12:00")
MARTS = ("dim_service_level", "qc_exclusion_question", "qc_register_reference_unknown")
WINDOW = {"excluded_from": "2026-03-01T00:00:00Z", "excluded_to": "2026-03-02T00:00:00Z"}


def _exclusion(exclusion_id: str, **changes: str) -> Row:
    """A window of contract C1, asked for and approved by two people."""
    return {
        "exclusion_id": exclusion_id,
        "reason_code": "planned_maintenance",
        "contract_id": "C1",
        "requested_by": "supplier",
        "approved_by": "vendor manager",
        "decided_at": "2026-02-20T10:00:00Z",
        "evidence": "mail 2026-02-20",
        **WINDOW,
        **changes,
    }


@pytest.fixture(scope="module")
def warehouse_of_terms(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    exports = register(
        service_levels=[
            service_level(
                "next update",
                start_event="opened;commented",
                stop_event="commented;resolved",
                reopen_policy="new_cycle",
                pause_reasons="parts_on_order;site_closed",
            ),
            service_level("delivery", target_unit="working_days", target_value="3.0"),
            service_level("promise", target_unit="promised_time", target_value="", calendar_id=""),
            service_level(
                "late hour",
                count_from="opened",
                reopen_policy="first_only",
                priority_change_policy="retarget",
                handover_policy="share",
            ),
        ],
        tickets=[ticket("T1", "2026-03-02T09:00:00Z", resolved_at="2026-03-02T10:00:00Z")],
        exclusions=[
            _exclusion("in order"),
            _exclusion("nobody approved", approved_by=""),
            _exclusion("approved after the run", decided_at="2026-03-16T00:00:00Z"),
            _exclusion("own request", requested_by=" Vendor Manager"),
            _exclusion("without a date", decided_at=""),
            _exclusion("own request without a date", requested_by="vendor manager", decided_at=""),
            _exclusion("nowhere", contract_id="C9", service_level_id="L9", ticket_id="T9"),
            _exclusion("for ever", excluded_to=""),
            _exclusion("without evidence", evidence="", reason_code="a code of our own"),
            _exclusion("a ticket", contract_id="", ticket_id="T1", excluded_from="", excluded_to=""),
        ],
    )
    night(module_warehouse, tmp_path_factory.mktemp("terms"), exports, AS_OF, marts=MARTS)
    return module_warehouse


def test_terms_that_a_service_level_does_not_state_have_their_defaults(warehouse_of_terms: Warehouse) -> None:
    terms = warehouse_of_terms.query(
        "select service_level_id, start_event, stop_event, pause_reasons, count_from, reopen_policy,"
        " priority_change_policy, handover_policy from marts.dim_service_level"
        " where service_level_id in ('next update', 'delivery', 'late hour') order by service_level_id"
    )
    assert terms == [
        ("delivery", "opened", "resolved", "", "start_event", "continue", "keep", "last"),
        ("late hour", "opened", "resolved", "", "opened", "first_only", "retarget", "share"),
        (
            *("next update", "opened;commented", "commented;resolved", "parts_on_order;site_closed"),
            *("start_event", "new_cycle", "keep", "last"),
        ),
    ]


def test_a_target_is_seconds_or_working_days_or_each_ticket_s_own(warehouse_of_terms: Warehouse) -> None:
    targets = warehouse_of_terms.query(
        "select service_level_id, target_seconds, target_working_days from marts.dim_service_level"
        " where contract_id = 'C1' order by service_level_id"
    )
    assert targets == [
        ("delivery", None, 3),
        ("late hour", 28_800, None),
        ("next update", 28_800, None),
        ("promise", None, None),
    ]


def test_an_exclusion_with_a_doubtful_approval_is_listed_once_with_its_effect(warehouse_of_terms: Warehouse) -> None:
    questions = warehouse_of_terms.query(
        "select exclusion_id, question_code, is_in_effect from marts.qc_exclusion_question order by exclusion_id"
    )
    assert questions == [
        ("approved after the run", "not_approved", False),
        ("for ever", "without_end", True),
        ("nobody approved", "not_approved", False),
        ("own request", "approved_by_requester", True),
        ("own request without a date", "approved_by_requester", True),
        ("without a date", "undated", True),
        ("without evidence", "without_evidence", True),
    ]


def test_all_that_is_open_about_an_exclusion_is_told_with_the_name_of_its_reason(warehouse_of_terms: Warehouse) -> None:
    assert warehouse_of_terms.query(
        "select question_codes, reason_name, reason_name_zh from marts.qc_exclusion_question"
        " where exclusion_id in ('own request without a date', 'without evidence') order by exclusion_id"
    ) == [
        ("approved_by_requester;undated", "Planned maintenance", "计划内维护"),
        ("without_evidence", "a code of our own", "a code of our own"),
    ]


def test_an_exclusion_of_something_unknown_is_listed(warehouse_of_terms: Warehouse) -> None:
    lost = warehouse_of_terms.query(
        "select identifier, expected_in, reference_value from marts.qc_register_reference_unknown"
        " where entity = 'exclusions' order by expected_in"
    )
    assert lost == [
        ("nowhere", "contracts.contract_id", "C9"),
        ("nowhere", "service_levels.service_level_id", "L9"),
        ("nowhere", "tickets.ticket_key", "canonical/T9"),
    ]
