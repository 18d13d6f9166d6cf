"""Wilson's and Newcombe's intervals a second time, from the textbook and not from the macros."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)


def wilson(successes: int, cases: int) -> tuple[float, float]:
    """The shares p that lie within Z of the observed one by their own standard error: roots of a quadratic in p."""
    share = successes / cases
    # (share - p)^2 = Z^2 p (1 - p) / cases, ordered by powers of p.
    square, linear, constant = 1 + Z**2 / cases, -(2 * share + Z**2 / cases), share**2
    root = sqrt(max(linear**2 - 4 * square * constant, 0))
    return (-linear - root) / (2 * square), (-linear + root) / (2 * square)


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """Of the second share less the first, each a pair of successes and cases (Newcombe 1998, method 10)."""
    first_low, first_high = wilson(*first)
    second_low, second_high = wilson(*second)
    first_share, second_share = first[0] / first[1], second[0] / second[1]
    difference = second_share - first_share
    return (
        difference - sqrt((second_share - second_low) ** 2 + (first_high - first_share) ** 2),
        difference + sqrt((second_high - second_share) ** 2 + (first_share - first_low) ** 2),
    )
