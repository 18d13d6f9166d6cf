"""The plan by which the sliding supplier recovers, and the one that a bad supplier never carries out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.governance.timeline import Stage, Timeline
from supplier_sla.sample.suppliers import BAD, RECOVERING, Behaviour

Row = dict[str, str]
Day = tuple[Stage, int]


@dataclass(frozen=True)
class _Action:
    """One measure; `verified` without a day was never verified."""

    measure: str
    owner: str
    due: Day
    done: Day | None
    verified: Day | None = None


@dataclass(frozen=True)
class _Plan:
    """One plan of a supplier's first contract about its resolution level; `handed_in` None was never handed in."""

    behaviour: Behaviour
    text: str
    requested: Day
    due: Day
    handed_in: Day | None
    agreed: Day | None
    actions: tuple[_Action, ...]


_PLANS = (
    _Plan(
        RECOVERING,
        "Refill the first line, give it articles for the twenty most frequent incidents, tell waiting callers when",
        requested=(Stage.PLAN, 7),
        due=(Stage.PLAN, 21),
        handed_in=(Stage.PLAN, 14),
        agreed=(Stage.PLAN, 16),
        actions=(
            _Action(
                "Four agents more in the first line",
                "J. Rivers",
                (Stage.PLAN, 28),
                (Stage.PLAN, 27),
                (Stage.EFFECT, 25),
            ),
            _Action(
                "Articles for the twenty most frequent incidents",
                "M. Okafor",
                (Stage.PLAN, 24),
                (Stage.PLAN, 28),
                (Stage.EFFECT, 25),
            ),
            _Action(
                "Callers are told when they are helped",
                "J. Rivers",
                (Stage.PLAN, 28),
                (Stage.PLAN, 22),
                (Stage.PROOF, 10),
            ),
        ),
    ),
    _Plan(
        BAD,
        "双链路改造与夜班加派",
        requested=(Stage.NOTICE, 6),
        due=(Stage.NOTICE, 20),
        handed_in=(Stage.PLAN, 9),
        agreed=(Stage.PLAN, 12),
        actions=(
            _Action("为三号专线增设备用链路", "刘工", (Stage.PLAN, 28), None),
            _Action("夜班增派一人", "王工", (Stage.PLAN, 15), (Stage.PLAN, 20)),
            _Action("备件入库盘点", "王工", (Stage.EFFECT, 20), None),
        ),
    ),
)


def plan_rows(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[Row]:
    """Rows of `rectification_plans`; the misses behind a plan are those of the two months of warning and notice."""
    for plan, contract in _asked_for(timeline, contracts):
        yield {
            "plan_id": f"RP-{contract.key}",
            "supplier_id": contract.supplier.supplier_id,
            "contract_id": contract.contract_id,
            "service_level_id": f"SL-{contract.key}-RES",
            "cause_from_month": f"{timeline.month_of(_cause(plan)):%Y-%m}",
            "cause_to_month": f"{timeline.month_of(Stage(_cause(plan) + 1)):%Y-%m}",
            "requested_date": timeline.day(*plan.requested).isoformat(),
            "due_date": timeline.day(*plan.due).isoformat(),
            "handed_in_date": _text(timeline, plan.handed_in),
            "agreed_date": _text(timeline, plan.agreed),
            "effect_months": "2",
            "plan_text": plan.text,
        }


def action_rows(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[Row]:
    """Rows of `corrective_actions`, once their plan is agreed."""
    for plan, contract in _asked_for(timeline, contracts):
        if not _text(timeline, plan.agreed):
            continue
        for number, action in enumerate(plan.actions, start=1):
            verified = _text(timeline, action.verified)
            yield {
                "corrective_action_id": f"CA-{contract.key}-{number}",
                "plan_id": f"RP-{contract.key}",
                "supplier_id": contract.supplier.supplier_id,
                "service_level_id": f"SL-{contract.key}-RES",
                "measure_text": action.measure,
                "owner_name": action.owner,
                "agreed_date": _text(timeline, plan.agreed),
                "due_date": timeline.day(*action.due).isoformat(),
                "done_date": _text(timeline, action.done),
                "verified_date": verified,
                "verified_by": "vendor manager" if verified else "",
            }


def _cause(plan: _Plan) -> Stage:
    """The first of the two months whose misses caused a plan: it is asked for in the month after them."""
    return Stage(plan.requested[0] - 2)


def _asked_for(timeline: Timeline, contracts: tuple[Contract, ...]) -> Iterator[tuple[_Plan, Contract]]:
    for plan in _PLANS:
        for contract in contracts:
            is_first = contract.number == 1 and contract.supplier.behaviour is plan.behaviour
            if is_first and timeline.has_happened(timeline.day(*plan.requested)):
                yield plan, contract


def _text(timeline: Timeline, day: Day | None) -> str:
    return timeline.text(timeline.day(*day)) if day else ""
