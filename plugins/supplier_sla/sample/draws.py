"""Draws from a random generator that are exact on every platform and Python version."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

Value = TypeVar("Value")


def chance(generator: random.Random, per_thousand: int) -> bool:
    """True in `per_thousand` of 1000 draws."""
    return generator.randrange(1000) < per_thousand


def weighted(generator: random.Random, choices: Sequence[tuple[Value, int]]) -> Value:
    """One of the values, each as often as its whole-number weight says."""
    remaining = generator.randrange(sum(weight for _, weight in choices))
    for value, weight in choices:
        remaining -= weight
        if remaining < 0:
            return value
    raise AssertionError("weights are positive")


def mostly_low(generator: random.Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, low ones more often (the square of a uniform draw)."""
    draw = generator.random()
    return low + int((high - low) * draw * draw)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by the weights into whole numbers that add up to it (largest remainder, first on a tie)."""
    weight_sum = sum(weights)
    if weight_sum == 0:
        return [0] * len(weights)
    shares = [total * weight // weight_sum for weight in weights]
    remainders = [total * weight % weight_sum for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares
