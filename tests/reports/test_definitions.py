"""What the definitions of reports promise, against the readers' tables; and how periods are written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from supplier_sla.reports import definition
from supplier_sla.reports.definition import DefinitionInvalid, ReportUnknown, load_report, report_names
from supplier_sla.reports.period import PeriodInvalid, period_of
from tests.conftest import REPOSITORY

MARTS = {
    model["name"]: {column["name"] for column in model["columns"]}
    for path in (REPOSITORY / "dbt_project" / "models" / "marts").rglob("*.yml")
    for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
}

MANUALS_COMPLETION_REPORT = [
    "工作中心", "类别", "工作单号", "地址", "优先级", "开始时间", "预计结束", "实际完成", "达到的服务水平",
]  # fmt: skip


@pytest.mark.parametrize("name", report_names())
def test_a_report_asks_for_columns_that_its_mart_has(name: str) -> None:
    report = load_report(name)
    asked = {column.column for column in report.columns} | {column.column_zh for column in report.columns}
    asked |= {report.period_column, report.supplier_column, *report.order}
    assert asked - {None} <= MARTS[report.mart]


def test_the_completion_report_has_the_manuals_columns_in_their_order() -> None:
    headings = [column.headings["zh"].removesuffix("（UTC）") for column in load_report("completion").columns]
    assert headings == MANUALS_COMPLETION_REPORT


def test_its_mart_has_them_in_that_order_too() -> None:
    path = REPOSITORY / "dbt_project" / "models" / "marts" / "sla" / "_completion.yml"
    columns = yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]["columns"]
    assert [column["description"].split(".")[0] for column in columns[:9]] == MANUALS_COMPLETION_REPORT


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-W10", date(2026, 3, 2), date(2026, 3, 9)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, first: date, end: date) -> None:
    period = period_of(text)
    assert (period.first, period.end) == (first, end)


@pytest.mark.parametrize("text", ["2026-13", "2026-W54", "2025-W53", "2026-Q5", "03/2026", "2026-3", "9999", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodInvalid, match="2026-W10"):
        period_of(text)


def test_figures_by_the_month_have_no_weeks() -> None:
    with pytest.raises(ReportUnknown, match="2026-W10, a week"):
        load_report("time_held").must_know(period_of("2026-W10"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mart: [", "ParserError"),
        ("mart: rpt_x\n", "KeyError"),
        ("mart: m\ntitle: {en: A}\nperiod: {column: p}\nsupplier: s\norder: [p]\ncolumns: []\n", "none in zh"),
        (
            "mart: m\ntitle: {en: A, zh: B}\nperiod: {column: p, kinds: [day]}\nsupplier: s\norder: [p]\ncolumns: []\n",
            "found day",
        ),
    ],
)
def test_a_definition_that_is_none_is_refused(
    text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(definition, "DEFINITIONS", tmp_path)
    with pytest.raises(DefinitionInvalid, match=complaint):
        load_report("mine")
