"""What a report consists of: one YAML file each in `definitions`, named like the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from supplier_sla.bilingual import LANGUAGES
from supplier_sla.errors import SupplierSlaError
from supplier_sla.reports.period import Period

DEFINITIONS = Path(__file__).parent / "definitions"
PERIOD_KINDS = ("week", "month", "quarter", "year")


class ReportUnknown(SupplierSlaError):
    """There is no report of this name, or not for such a period."""


class DefinitionInvalid(SupplierSlaError):
    """The file of a report cannot be used."""


@dataclass(frozen=True)
class ReportColumn:
    """One column of the paper. `column_zh`, where it is filled, stands in for `column` in Chinese."""

    column: str
    headings: Mapping[str, str]
    column_zh: str | None
    words: Mapping[str, Mapping[str, str]]

    def said(self, code: str, language: str) -> str:
        """The word for a code; one that has none is its own word."""
        return self.words[code][language] if code in self.words else code


@dataclass(frozen=True)
class Report:
    """A paper made of rows of one mart."""

    name: str
    mart: str
    titles: Mapping[str, str]
    # A date or an instant that lies in the period (UTC), or, if is_period_name, the period as it is written.
    period_column: str
    is_period_name: bool
    period_kinds: tuple[str, ...]
    supplier_column: str
    order: tuple[str, ...]
    columns: tuple[ReportColumn, ...]

    def must_know(self, period: Period) -> None:
        """Raises:
        ReportUnknown: the mart has no figures of such periods.
        """
        if period.kind not in self.period_kinds:
            raise ReportUnknown(
                f"report {self.name}",
                expected=f"a period of the kind {' or '.join(self.period_kinds)}",
                found=f"{period.name}, a {period.kind}",
                next_step="give such a period, or none for all of them",
            )


def report_names() -> list[str]:
    """All reports."""
    return sorted(path.stem for path in DEFINITIONS.glob("*.yml"))


def load_report(name: str) -> Report:
    """The report of this name.

    Raises:
        ReportUnknown: there is none. DefinitionInvalid: its file is not a definition.
    """
    if name not in report_names():
        raise ReportUnknown(
            "report", expected=" or ".join(report_names()), found=name, next_step="give the name of one of these"
        )
    path = DEFINITIONS / f"{name}.yml"
    try:
        return _report(name, yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise _invalid(
            name, "mart, title, period, supplier, order, columns", f"{type(error).__name__}: {error}"
        ) from error


def _report(name: str, told: Mapping[str, Any]) -> Report:
    period = told["period"]
    kinds = tuple(period.get("kinds", PERIOD_KINDS))
    if not set(kinds) <= set(PERIOD_KINDS):
        raise _invalid(name, f"period kinds {', '.join(PERIOD_KINDS)}", ", ".join(kinds))
    report = Report(
        name=name,
        mart=told["mart"],
        titles=_both(name, told["title"]),
        period_column=period["column"],
        is_period_name=period.get("is_name", False),
        period_kinds=kinds,
        supplier_column=told["supplier"],
        order=tuple(told["order"]),
        columns=tuple(_column(name, column) for column in told["columns"]),
    )
    twice = _twice([column.headings[language] for language in LANGUAGES for column in report.columns])
    if twice:
        raise _invalid(name, "headings that differ", f"{', '.join(twice)} twice")
    return report


def _column(name: str, told: Mapping[str, Any]) -> ReportColumn:
    words = {code: _both(name, word) for code, word in told.get("words", {}).items()}
    return ReportColumn(told["column"], _both(name, told), told.get("column_zh"), words)


def _both(name: str, told: Mapping[str, Any]) -> dict[str, str]:
    missing = [language for language in LANGUAGES if not told.get(language)]
    if missing:
        raise _invalid(name, "words in en and zh", f"none in {', '.join(missing)} of {dict(told)}")
    return {language: told[language] for language in LANGUAGES}


def _twice(headings: Sequence[str]) -> list[str]:
    return sorted({heading for heading in headings if headings.count(heading) > 1})


def _invalid(name: str, expected: str, found: str) -> DefinitionInvalid:
    return DefinitionInvalid(f"report definition {name}.yml", expected=expected, found=found, next_step="mend the file")
