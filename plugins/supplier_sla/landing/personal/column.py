"""A personal column on its way into COPY: values, and what is told of those that cannot be used, go out protected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from supplier_sla.landing.personal.values import Protect
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.refusal import Problem


@dataclass(frozen=True)
class PersonalColumn:
    """How the values of one canonical column are protected."""

    name: str
    protect: Protect
    is_key: bool

    def let_out(
        self, values: Sequence[str], lines: Sequence[int], found: Sequence[Problem], problems: list[Problem]
    ) -> Sequence[str]:
        """The protected values; the problems `found` with them join the others, protected too."""
        problems.extend(replace(problem, value_found=self.protect(problem.value_found)) for problem in found)
        if self.is_key:  # checks.py would look for it, but a hash hides it
            problems.extend(
                Problem(line, self.name, self.protect(value), "a text on one line", "line_break")
                for value, line in zip(values, lines, strict=True)
                if "\n" in value
            )
        return [self.protect(value) if value else value for value in values]


def personal_column(name: str, reading: Reading) -> PersonalColumn | None:
    """How a column of this reading is protected; None where its values are kept."""
    protect = reading.personal.protector(reading.contract.column_by_name[name], reading.contract)
    return None if protect is None else PersonalColumn(name, protect, name in reading.contract.key)
