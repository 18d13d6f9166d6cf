"""Random clauses of every kind and with every option, caps and earn-back, as export rows."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

Row = dict[str, Any]

PER_LEVEL = (
    "fixed_per_miss", "per_time_late", "fixed_per_failure", "fee_band", "at_risk", "shortfall", "per_point_below",
    "points_per_miss", "points_per_failure", "repeated_failures",
)  # fmt: skip
NAMES = ("b", "A", "_1", "Z", "ä", "a", "B", "10", "9")  # bytes order them otherwise than a dictionary does
RATIOS = ("0.05", "0.10", "0.12", "0.025", "0.333", "0.5")
CUTS = ("0.3333", "0.50", "0.60", "0.75", "0.80", "0.90", "0.95", "0.99")
CHANGE_DAYS = ("2025-03-01", "2025-06-15", "2025-09-01", "2025-12-02")


def seldom(random: Random, *values: str, chance: float = 0.3) -> str:
    """One of the values now and then, else an empty cell."""
    return random.choice(values) if random.random() < chance else ""


def money(random: Random) -> str:
    """Sums with cents, also such that thirds and sixths of them end in half a cent."""
    return random.choice(("10.05", "150.00", "99.99", "0.03", "33.33", f"{random.randint(1, 50000) / 100:.2f}"))


def grow_terms(random: Random, contract_id: str, levels: list[str]) -> list[Row]:
    """All clauses of a contract: up to five that charge, their caps and returns."""
    names = iter(random.sample(NAMES, len(NAMES)))
    rows: list[Row] = []
    pools: set[str] = set()
    for _ in range(random.choice((1, 2, 2, 3, 4))):
        kind, level = random.choice(PER_LEVEL), random.choice(levels)
        rows += grow_clause(
            random, kind, {"penalty_term_id": f"{contract_id}/{next(names)}", "service_level_id": level}
        )
        if kind.startswith("points"):
            pools.add(rows[-1]["pool_code"])
    rows += [row for pool in sorted(pools) for row in grow_points_table(random, f"{contract_id}/{next(names)}", pool)]
    charging = sorted({row["penalty_term_id"] for row in rows})
    pools |= {row["pool_code"] for row in rows if row.get("pool_code")}
    rows += _caps(random, contract_id, levels, sorted(pools) or ["idle"])
    rows += _returns(random, contract_id, levels, charging)
    rows = [{"contract_id": contract_id, "valid_from": "2020-01-01", **row} for row in rows]
    return _with_versions(random, rows)


def grow_clause(random: Random, kind: str, about: Row) -> list[Row]:
    """One clause with the columns its kind needs and a random choice of those it may have."""
    common: Row = {
        **about,
        "penalty_kind": kind,
        "fee_basis": seldom(random, "contract", "service"),
        "fee_months": seldom(random, "1", "2", "12", chance=0.15),
        "period_months": seldom(random, "2", "3", "6", "12", chance=0.2),
        "window_months": seldom(random, "1", "2", "3", "6", chance=0.15),
        "rounding_digits": seldom(random, "0", "1", "2"),
        "rounding_place": seldom(random, "line", "ticket"),
        "minimum_amount": seldom(random, "1.00", "50.00", "400.00", chance=0.15),
        "minimum_policy": seldom(random, "waive_below", "raise_to", chance=0.6),
    }
    if kind != "repeated_failures":
        common |= _repeats(random) | _relief(random)
    return [common | columns for columns in _of_kind(random, kind)]


def _of_kind(random: Random, kind: str) -> list[Row]:
    """The rows of a clause: one, or one for each band."""
    ratio = random.choice(RATIOS)
    match kind:
        case "fixed_per_miss":
            return [{"amount": money(random), "ticket_cap_amount": seldom(random, "5.00", "120.00")}]
        case "per_time_late":
            unit = seldom(random, "60", "90", "1440", "7.5", chance=0.6)
            return [{"amount": money(random), "ticket_cap_amount": seldom(random, "25.00", "500.00"),
                     "late_unit_minutes": unit, "unit_rounding": seldom(random, "started", "whole", "exact", chance=0.7)}]  # fmt: skip
        case "fixed_per_failure":
            return [band | {"amount": money(random)} for band in _maybe_bands(random)]
        case "fee_band":
            return [band | {"fee_ratio": random.choice(RATIOS)} for band in _bands(random)]
        case "at_risk":
            shares = {"pool_code": random.choice(("", "risk")), "fee_ratio": random.choice(("0.10", "0.12"))}
            return [band | shares | {"allocation_ratio": random.choice(("0.4", "0.75", "1"))} for band in _maybe_bands(random)]  # fmt: skip
        case "shortfall":
            return [{"fee_ratio": seldom(random, *RATIOS)}]
        case "per_point_below":
            rate = {"amount": money(random)} if random.random() < 0.4 else {"fee_ratio": ratio}
            return [rate | {"point_size": seldom(random, "0.01", "0.005", "0.1"), "unit_rounding": seldom(random, "started", "whole", "exact", chance=0.6)}]  # fmt: skip
        case "points_per_miss":
            return [{"points": random.choice(("1", "3", "0.5")), "pool_code": random.choice("pq")}]
        case "points_per_failure":
            pool = {"pool_code": random.choice("pq")}
            return [band | pool | {"points": random.choice(("1", "3", "7"))} for band in _maybe_bands(random)]
        case _:
            rate = {"amount": money(random)} if random.random() < 0.5 else {"fee_ratio": ratio}
            return [rate | {"failures_needed": random.choice("1235"), "failure_months": seldom(random, "1", "3", "6", "12", chance=0.6),
                            "failure_unit": seldom(random, "miss", "month", chance=0.6)}]  # fmt: skip


def _bands(random: Random) -> list[Row]:
    """One to three bands side by side; sometimes the lowest attainments are in none, or the best in one."""
    cuts = sorted(random.sample(CUTS, random.choice((1, 2, 3))))
    bounds = ["0.00", *cuts] if random.random() < 0.8 or len(cuts) == 1 else cuts
    pairs = list(pairwise(bounds))
    if random.random() < 0.15:
        pairs.append((bounds[-1], ""))
    return [{"attainment_from": low, "attainment_to": high} for low, high in pairs]


def _maybe_bands(random: Random) -> list[Row]:
    return _bands(random) if random.random() < 0.35 else [{}]


def _repeats(random: Random) -> Row:
    if random.random() < 0.65:
        return {}
    return {
        "repeat_multiplier": random.choice(("1.5", "2", "3")),
        "repeat_growth": seldom(random, "flat", "added", "compounded", chance=0.7),
        "repeat_maximum": seldom(random, "2", "2.5", "4"),
    }


def _relief(random: Random) -> Row:
    if random.random() < 0.6:
        return {}
    return {
        "small_volume_below": random.choice(("2", "3", "5", "8", "20")),
        "small_volume_policy": random.choice(("nothing_owed", "one_miss_allowed", "carry_forward")),
    }


def grow_points_table(random: Random, term_id: str, pool: str) -> list[Row]:
    """A table whose steps rise; the last one is open now and then."""
    steps = sorted(random.sample(("0.5", "1", "2", "3", "5", "8", "12", "20"), random.choice((1, 2, 4))), key=float)
    rows = []
    by_ratio = random.random() < 0.6
    common: Row = {
        "penalty_term_id": term_id, "penalty_kind": "points_band", "pool_code": pool,
        "rounding_digits": seldom(random, "0", "2"), "minimum_amount": seldom(random, "30.00", chance=0.1),
    }  # fmt: skip
    for position, (low, high) in enumerate(zip(steps, [*steps[1:], random.choice(("", "40"))], strict=True), start=1):
        rate = {"fee_ratio": f"{position * 0.02:.2f}"} if by_ratio else {"amount": f"{position * 33.33:.2f}"}
        rows.append(common | rate | {"points_from": low, "points_to": high})
    return rows


def _caps(random: Random, contract_id: str, levels: list[str], pools: list[str]) -> list[Row]:
    rows: list[Row] = []
    for kind, chance in (("level_cap", 0.25), ("pool_cap", 0.3), ("monthly_cap", 0.4), ("yearly_cap", 0.35)):
        for position in range((random.random() < chance) + (random.random() < chance / 4)):
            row: Row = {
                "penalty_term_id": f"{contract_id}/{kind}-{position}",
                "penalty_kind": kind,
                "service_level_id": "",
            }
            if random.random() < 0.5:
                row["amount"] = random.choice(("40.00", "333.33", "1000.00", "0.00"))
            else:
                row["fee_ratio"] = random.choice(("0.01", "0.033", "0.1"))
                row["fee_months"] = seldom(random, "1", "12", chance=0.2) if kind != "yearly_cap" else ""
            if kind == "level_cap":
                row |= {"service_level_id": random.choice(levels), "fee_basis": seldom(random, "service", "contract")}
            if kind == "pool_cap":
                row["pool_code"] = random.choice(pools)
            rows.append(row)
    return rows


def _returns(random: Random, contract_id: str, levels: list[str], charging: list[str]) -> list[Row]:
    """Earn-back for a clause, a level or everything; a termination right, which has no line."""
    rows: list[Row] = []
    for position in range((random.random() < 0.4) + (random.random() < 0.1)):
        scope = random.choice(("clause", "level", "everything"))
        rows.append({
            "penalty_term_id": f"{contract_id}/back-{position}", "penalty_kind": "earn_back",
            "applies_to_term_id": random.choice(charging) if scope == "clause" else "",
            "service_level_id": random.choice(levels) if scope == "level" else "",
            "attainment_from": random.choice(("0.50", "0.75", "0.90", "1")),
            "fee_ratio": seldom(random, "0.5", "0.333", "1"),
            "window_months": seldom(random, "1", "2", "3"),
            "failures_needed": (needed := seldom(random, "1", "2", "4")),
            "failure_months": seldom(random, "2", "6", chance=0.6) if needed else "",
        })  # fmt: skip
    if random.random() < 0.1:
        rows.append({"penalty_term_id": f"{contract_id}/end", "penalty_kind": "termination_right", "right_basis": "cap_reached"})  # fmt: skip
    return rows


def _with_versions(random: Random, rows: list[Row]) -> list[Row]:
    """Some clauses change: another amount or share from a day on, or they end or begin."""
    versions: list[Row] = []
    for term_id in dict.fromkeys(row["penalty_term_id"] for row in rows):
        bands = [row for row in rows if row["penalty_term_id"] == term_id]
        day, fate = random.choice(CHANGE_DAYS), random.random()
        if fate < 0.2:
            changed = [
                {**row, "valid_from": day, **{name: _changed(row[name]) for name in ("amount", "fee_ratio", "points") if row.get(name)}}
                for row in bands
            ]  # fmt: skip
            versions += changed
        elif fate < 0.25 and bands[0].get("small_volume_policy") != "carry_forward":
            bands = [{**row, random.choice(("valid_from", "valid_to")): day} for row in bands[:1]]
            bands += [{**row, "valid_from": bands[0]["valid_from"], "valid_to": bands[0].get("valid_to", "")} for row in rows if row["penalty_term_id"] == term_id][1:]  # fmt: skip
        versions += bands
    return versions


def _changed(value: str) -> str:
    """Half of it again, as many places as it needs."""
    return f"{float(value) * 1.5:.4f}"
