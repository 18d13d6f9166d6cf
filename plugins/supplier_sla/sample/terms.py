"""What a miss costs and what a month is worth: penalty terms, monthly fees and score criteria."""

from __future__ import annotations

from collections.abc import Iterator

from supplier_sla.sample.contracts import Contract, ServiceLevel
from supplier_sla.sample.options import SampleOptions

# Lower bound, upper bound (excluded) and share of the fee.
_FEE_BANDS = (("0.90", "0.95", "0.05"), ("0.80", "0.90", "0.10"), ("0", "0.80", "0.20"))
_NETWORK_FEE_BANDS = (
    ("0.93", "0.95", "0.03"),
    ("0.90", "0.93", "0.06"),
    ("0.80", "0.90", "0.12"),
    ("0", "0.80", "0.2"),
)

_AMOUNT_PER_MISS = 50
_LOWEST_FEE = 36_000
_HIGHEST_FEE = 48_000

# Share of the contract's fee in percent, by service; "" is the contract as a whole.
_FEE_SPLIT = {
    "network": (("network", 70), ("monitoring", 30)),
    "call_centre": (("call_centre", 80), ("night_desk", 20)),
}

_COST_CENTRES = {"field_service": "4100", "it_support": "4200", "network": "4300", "call_centre": "4400"}
_TAX_TREATMENTS = {"DE": "price_reduction", "US": "no_sales_tax", "CN": "red_letter_vat_invoice"}


# Criterion, name in both languages, measure, what of it (metric or filter), weight, floor, target; "" for bands.
_Criterion = tuple[str, str, str, str, str, str, str, str]
_IN_TIME_CRITERIA: dict[str, tuple[_Criterion, ...]] = {
    "": (("in_time", "Service levels met", "服务水平达成", "attainment", "", "50", "0.50", "0.95"),),
    "network": (
        (
            "restoration",
            "Service restored in time",
            "业务按时恢复",
            "attainment",
            "restoration_time",
            "25",
            "0.40",
            "0.95",
        ),
        ("resolution", "Resolved in time", "按时解决", "attainment", "resolution_time", "25", "0.50", "0.95"),
    ),
}
_OTHER_CRITERIA: tuple[_Criterion, ...] = (
    ("satisfaction", "Satisfaction", "满意度", "satisfaction", "", "15", "0.40", "0.90"),
    ("complaints", "Complaints per 1,000 tickets", "千单投诉率", "complaint_rate", "", "10", "", ""),
    ("corrective_actions", "Measures done in time", "整改按时完成", "corrective_actions", "", "5", "0.50", "1"),
    ("training", "People trained", "培训覆盖率", "training_coverage", "safety", "5", "0.60", "0.90"),
    ("reports", "Reports handed in", "报告按时提交", "obligations", "supplier_report", "5", "0.50", "1"),
    ("assessment", "Quarterly assessment", "季度评估", "assessment", "quarterly", "10", "50", "90"),
)


def penalty_term_rows(options: SampleOptions, contracts: tuple[Contract, ...]) -> Iterator[dict[str, str]]:
    """Rows of `penalty_terms`: a sum per late response, bands on the resolution level, a monthly cap."""
    for contract in contracts:
        country = contract.supplier.country
        common = {
            "contract_id": contract.contract_id,
            # Rupees are settled in whole ones, everything else in hundredths.
            "rounding_digits": "0" if country.currency == "INR" else "2",
            "tax_treatment_code": _TAX_TREATMENTS.get(country.code, "price_reduction"),
            "cost_centre": _COST_CENTRES[contract.supplier.category],
            "gl_account": "540100",
            "valid_from": options.contract_start.isoformat(),
        }
        for level in contract.levels:
            yield from (common | row for row in _terms_of_level(contract, level))
        yield common | _cap(contract)


def fee_rows(options: SampleOptions, contracts: tuple[Contract, ...]) -> Iterator[dict[str, str]]:
    """Rows of `fees`, per contract, service and month of the sample, amounts with two decimal places."""
    for contract in contracts:
        country = contract.supplier.country
        generator = options.random_for("fees", contract.contract_id)
        base_cents = generator.randint(_LOWEST_FEE * 100, _HIGHEST_FEE * 100) * country.money_scale
        for month in options.month_starts:
            month_cents = base_cents + base_cents * generator.randint(0, 300) // 10_000
            split = _FEE_SPLIT.get(contract.supplier.category, (("", 100),))
            for service_code, percent in split:
                yield {
                    "contract_id": contract.contract_id,
                    "service_code": service_code,
                    "fee_month": f"{month:%Y-%m}",
                    "fee_amount": _money(month_cents * percent // 100),
                    "currency_code": country.currency,
                }


def score_criterion_rows(options: SampleOptions) -> Iterator[dict[str, str]]:
    """Rows of `score_criteria`: a set for everybody, one of their own for networks; the weights of each make 100."""
    for category, in_time in _IN_TIME_CRITERIA.items():
        for criterion, name, name_zh, measure, selects, weight, floor, target in (*in_time, *_OTHER_CRITERIA):
            is_attainment = measure == "attainment"
            yield {
                "criterion_id": criterion,
                "criterion_name": name,
                "criterion_name_zh": name_zh,
                "measure_code": measure,
                "metric_code": selects if is_attainment else "",
                "filter_code": "" if is_attainment else selects,
                "normalisation_code": "linear" if target else "bands",
                "supplier_category_code": category,
                "weight": weight,
                "floor_value": floor,
                "target_value": target,
                "valid_from": options.contract_start.isoformat(),
            }


def _terms_of_level(contract: Contract, level: ServiceLevel) -> Iterator[dict[str, str]]:
    term = {
        "service_level_id": level.service_level_id,
        "penalty_term_id": level.service_level_id.replace("SL", "PT", 1),
    }
    if level.metric_code == "resolution_time":
        is_network = contract.supplier.category == "network"
        for attainment_from, attainment_to, fee_ratio in _NETWORK_FEE_BANDS if is_network else _FEE_BANDS:
            yield term | {
                "clause": "Annex 3 §2",
                "penalty_kind": "fee_band",
                "fee_ratio": fee_ratio,
                "fee_basis": "service" if is_network else "contract",
                "attainment_from": attainment_from,
                "attainment_to": attainment_to,
            }
    elif level.metric_code in ("response_time", "completion_by_promise"):
        yield term | {
            "clause": "Annex 3 §1",
            "penalty_kind": "fixed_per_miss",
            "amount": _money(_AMOUNT_PER_MISS * 100 * contract.supplier.country.money_scale),
        }


def _cap(contract: Contract) -> dict[str, str]:
    cap = {"penalty_term_id": f"PT-{contract.key}-CAP", "clause": "Annex 3 §5", "penalty_kind": "monthly_cap"}
    if contract.supplier.delivers_city_shape:
        return cap | {"amount": "150.00"}
    return cap | {"fee_ratio": "0.15"}


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
