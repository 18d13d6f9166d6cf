"""Penalties in plain Python and exact fractions, from the contract's words: nothing here is shared with the models.

`assess(exports, outcomes, as_of)` takes export rows and what was measured, and gives every line with every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tests.support.reference.penalties_caps import apply_caps
from tests.support.reference.penalties_charges import lines_before_caps
from tests.support.reference.penalties_counts import Monthly, Outcome, counted
from tests.support.reference.penalties_line import Line
from tests.support.reference.penalties_register import Register, Row
from tests.support.reference.penalties_returns import give_back, in_effect, not_excused


def assess(
    exports: Mapping[str, Iterable[Row]],
    outcomes: Iterable[Outcome],
    as_of: datetime,
    *,
    other_levels: Monthly | None = None,
) -> list[Line]:
    """Every penalty line of every contract as of the run; `other_levels` are surveys and measured values, counted."""
    register = Register(exports, as_of)
    decisions = in_effect(exports.get("decisions", ()), as_of)
    counts = counted(not_excused(register, outcomes, decisions), other_levels)
    found: list[Line] = []
    for contract_id in register.contracts:
        lines = lines_before_caps(register, contract_id, counts)
        apply_caps(register, lines)
        give_back(register, counts, lines, decisions)
        found += lines
    return found
