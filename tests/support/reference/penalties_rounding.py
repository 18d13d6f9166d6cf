"""Half away from zero, and down, at a decimal place."""

from __future__ import annotations

import math
from fractions import Fraction


def rounded(amount: Fraction, digits: int) -> Fraction:
    """Half away from zero; amounts of penalties are never negative."""
    scale = 10**digits
    return Fraction(math.floor(amount * scale + Fraction(1, 2)), scale)


def rounded_down(amount: Fraction, digits: int) -> Fraction:
    """What fits under a limit."""
    scale = 10**digits
    return Fraction(math.floor(amount * scale), scale)
