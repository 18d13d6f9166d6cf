"""The tender for the network, once the contract with its supplier is to end: criteria, offers and the award."""

from __future__ import annotations

from collections.abc import Iterator

from supplier_sla.sample.governance.timeline import Stage, Timeline, at
from supplier_sla.sample.suppliers import BAD, Supplier

Row = dict[str, str]

_CRITERIA = (
    ("capability", "Capability", "能力", "40", "given_score", "50"),
    ("price", "Price", "价格", "40", "lowest_is_best", ""),
    ("delivery_time", "Delivery time", "交付时间", "20", "lowest_is_best", ""),
)
# Candidate: name, score of its capability, price of a year, days to take over; "" where it gave no answer.
_OFFERS = {
    "CAND-1": ("Liaodong Netcare", "82", "3150000", "45"),
    "CAND-2": ("港湾通信服务", "74", "2980000", "60"),
    "CAND-3": ("Bargain Wire", "41", "2100000", "90"),
    "CAND-4": ("Tidewater Networks", "88", "", "30"),
}
_WINNER = "CAND-1"


def selection_id(timeline: Timeline) -> str:
    """Identifier of the tender."""
    return f"T-{timeline.month_of(Stage.PROOF):%Y-%m}"


def selection_criterion_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `selection_criteria`, where there is a supplier to be replaced."""
    if not _is_held(timeline, suppliers):
        return
    for code, name, name_zh, weight, scoring, minimum in _CRITERIA:
        yield {
            "selection_id": selection_id(timeline),
            "criterion_code": code,
            "criterion_name": name,
            "criterion_name_zh": name_zh,
            "weight": weight,
            "scoring_code": scoring,
            "minimum_score": minimum,
        }


def selection_offer_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `selection_offers`: one candidate below the least capability, one that named no price."""
    if not _is_held(timeline, suppliers):
        return
    for candidate, (name, *values) in _OFFERS.items():
        for (code, *_), value in zip(_CRITERIA, values, strict=True):
            yield {
                "selection_id": selection_id(timeline),
                "candidate_id": candidate,
                "candidate_name": name,
                "criterion_code": code,
                "value": value,
                "evaluated_date": timeline.day(Stage.PROOF, 11).isoformat(),
                "evaluated_by": "panel",
            }


def award_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """The row of `governance_decisions` about the tender."""
    decided_on = timeline.day(Stage.PROOF, 24)
    if _is_held(timeline, suppliers) and timeline.has_happened(decided_on):
        yield {
            "decision_id": f"GD-{selection_id(timeline)}",
            "decision_kind": "selection",
            "selection_id": selection_id(timeline),
            "candidate_id": _WINNER,
            "decision_code": "award",
            "decided_by": "supervisory board",
            "decided_at": at(decided_on, 14),
            "evidence": f"minutes of {decided_on.isoformat()}",
            "reason": "highest total score",
        }


def _is_held(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> bool:
    has_reason = any(supplier.behaviour is BAD and supplier.category == "network" for supplier in suppliers)
    return has_reason and timeline.has_happened(timeline.day(Stage.PROOF, 11))
