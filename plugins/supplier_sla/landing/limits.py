"""From how many bad rows on a file is refused whole: what is left of it would say something else than the file did."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import Field

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.landing.yaml_model import YamlModel

RATIO_VARIABLE = "SUPPLIER_SLA_HIGHEST_BAD_ROWS_RATIO"
COUNT_VARIABLE = "SUPPLIER_SLA_MOST_BAD_ROWS"

# A share of few rows says nothing: one bad row of two is no half of a file gone wrong.
RATIO_COUNTS_FROM_ROWS = 20

# Enough to see what is wrong; all rows of a large file of the wrong shape would only fill the table.
MOST_PROBLEMS_KEPT = 1_000


class BadRowLimitInvalid(SupplierSlaError):
    """A limit of bad rows is set to something that is no share or no whole number."""


class BadRowLimits(YamlModel):
    """How many rows of one file may be bad: their share (0 to 1, judged from 20 rows on), and their number.

    What is None does not limit. The file is refused above a limit, not at it.
    """

    bad_rows_ratio: float | None = Field(default=None, ge=0, le=1)
    bad_rows: int | None = Field(default=None, ge=0)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> BadRowLimits:
        """Read `SUPPLIER_SLA_HIGHEST_BAD_ROWS_RATIO` and `SUPPLIER_SLA_MOST_BAD_ROWS`; empty means no limit.

        Raises:
            BadRowLimitInvalid: a value is no share from 0 to 1, or no whole number.
        """
        values = os.environ if environment is None else environment
        ratio, count = values.get(RATIO_VARIABLE, ""), values.get(COUNT_VARIABLE, "")
        try:
            share = float(ratio) if ratio else None
        except ValueError:
            share = -1.0
        if share is not None and not 0 <= share <= 1:
            raise _invalid(RATIO_VARIABLE, "a share from 0 to 1, such as 0.2", ratio)
        if count and not (count.isascii() and count.isdigit()):
            raise _invalid(COUNT_VARIABLE, "a whole number, such as 5000", count)
        return cls(bad_rows_ratio=share, bad_rows=int(count) if count else None)

    def over(self, default: BadRowLimits) -> BadRowLimits:
        """These limits, and those of `default` where these say nothing."""
        return BadRowLimits(
            bad_rows_ratio=default.bad_rows_ratio if self.bad_rows_ratio is None else self.bad_rows_ratio,
            bad_rows=default.bad_rows if self.bad_rows is None else self.bad_rows,
        )

    def refusal(self, bad_rows: int, rows_in_file: int) -> FileRefused | None:
        """Why a file with that many bad rows is kept out, or None."""
        if self.bad_rows is not None and bad_rows > self.bad_rows:
            expected = f"at most {self.bad_rows:,} (limits.bad_rows of the source profile, or {COUNT_VARIABLE})"
        elif (
            self.bad_rows_ratio is not None
            and rows_in_file >= RATIO_COUNTS_FROM_ROWS
            and bad_rows > self.bad_rows_ratio * rows_in_file
        ):
            expected = (
                f"at most {self.bad_rows_ratio:.2%} of the rows"
                f" (limits.bad_rows_ratio of the source profile, or {RATIO_VARIABLE})"
            )
        else:
            return None
        return FileRefused(
            "bad rows of the file",
            expected=expected,
            found=f"{bad_rows:,} of {rows_in_file:,} ({bad_rows / rows_in_file:.2%})",
            next_step="see them with scripts/quarantine list; mend the export, the profile or the limit",
        )


def _invalid(name: str, expected: str, found: str) -> BadRowLimitInvalid:
    return BadRowLimitInvalid(f"environment variable {name}", expected=expected, found=found)
