"""How a score becomes a scorecard: bands, terms, standings, and what suppliers said to theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from supplier_sla.sample.governance.timeline import Timeline
from supplier_sla.sample.options import first_of_next_month
from supplier_sla.sample.suppliers import BAD, GOOD, RECOVERING, Supplier

Row = dict[str, str]

COMPLAINTS = "complaints"

# Complaints per 1,000 tickets: from, to, score.
_COMPLAINT_BANDS = (("0", "10", "100"), ("10", "40", "75"), ("40", "80", "40"), ("80", "", "0"))
_STANDINGS = (
    ("excellent", "Excellent", "优秀", "90", "100", "none"),
    ("good", "Good", "良好", "75", "90", "none"),
    ("fair", "Fair", "一般", "60", "75", "warn"),
    ("poor", "Poor", "较差", "0", "60", "block_new_orders"),
)
_CASES_PER_MONTH = 20
_PUBLISHED_AFTER_DAYS = 10


def score_band_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `score_bands` of the complaints, for everybody and for networks, which have a set of criteria."""
    for category in ("", "network"):
        for value_from, value_to, score in _COMPLAINT_BANDS:
            yield {
                "criterion_id": COMPLAINTS,
                "supplier_category_code": category,
                "value_from": value_from,
                "value_to": value_to,
                "score": score,
                "valid_from": timeline.contract_start,
            }


def scorecard_term_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `scorecard_terms`: the year weighs older months a little less; too few cases give no score."""
    months_of_a_year = max(Counter(month.year for month in timeline.months).values())
    for kind, policy, weight, months, publish_after in (
        ("month", "pooled", "", 1, ""),
        ("quarter", "pooled", "", 3, str(_PUBLISHED_AFTER_DAYS)),
        ("year", "weighted_months", "0.95", min(months_of_a_year, 12), "30"),
    ):
        yield {
            "period_kind": kind,
            "combine_policy": policy,
            "month_weight_ratio": weight,
            "minimum_case_count": str(_CASES_PER_MONTH * months),
            "publish_after_days": publish_after,
            "valid_from": timeline.contract_start,
        }


def standing_band_rows(timeline: Timeline) -> Iterator[Row]:
    """Rows of `standing_bands`."""
    for code, name, name_zh, score_from, score_to, consequence in _STANDINGS:
        yield {
            "band_code": code,
            "band_name": name,
            "band_name_zh": name_zh,
            "score_from": score_from,
            "score_to": score_to,
            "consequence_code": consequence,
            "valid_from": timeline.contract_start,
        }


def scorecard_response_rows(timeline: Timeline, suppliers: tuple[Supplier, ...]) -> Iterator[Row]:
    """Rows of `scorecard_responses` to the card of the first quarter, where it is over.

    Cards are published by nights, the first at as_of: an earlier answer would be one to nothing.
    """
    quarter = timeline.quarter_starts[0]
    if not timeline.has_happened(first_of_next_month(quarter, 3) + timedelta(days=_PUBLISHED_AFTER_DAYS)):
        return
    for supplier in suppliers:
        row = {
            "supplier_id": supplier.supplier_id,
            "period_kind": "quarter",
            "period_from": quarter.isoformat(),
            "responded_at": f"{timeline.options.as_of:%Y-%m-%dT%H:%M:%SZ}",
        }
        if supplier.behaviour is GOOD:
            yield row | {"response_kind": "accepted", "responded_by": "account manager"}
        elif supplier.behaviour is RECOVERING:
            yield row | {
                "response_kind": "contested",
                "criterion_id": COMPLAINTS,
                "responded_by": "account manager",
                "reason": "two of the complaints are about the network, not about the desk",
            }
        elif supplier.behaviour is BAD:
            yield row | {
                "response_kind": "contested",
                "criterion_id": "resolution",
                "responded_by": "账户经理",
                "reason": "不可抗力",
            }
