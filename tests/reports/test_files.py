"""scripts/report on one published night: languages, filters, formats, foreign text, rights."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from supplier_sla.reports.__main__ import main
from supplier_sla.reports.definition import load_report, report_names
from tests.conftest import Warehouse
from tests.support.nights import night
from tests.support.register import contract, register, service_level, ticket

AS_OF = datetime(2026, 7, 15, 12, tzinfo=UTC)
FORMULA = '=HYPERLINK("x","y")'

Report = Callable[..., str]


def _level(number: int, service_code: str) -> dict[str, str]:
    return service_level(
        f"L{number}",
        contract_id=f"C{number}",
        service_code=service_code,
        service_level_name="Solved in time",
        service_level_name_zh="按时解决",
        target_unit="calendar_minutes",
        target_value="60",
        calendar_id="",
    )


@pytest.fixture(scope="module")
def published(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Suppliers S1 and S2 share the network, S2 alone has the desk; the late ticket of S1 comes with a formula."""
    late = {"resolved_at": "2026-06-02T10:30:00Z"}
    exports = register(
        suppliers=[
            {"supplier_id": "S1", "supplier_name": "Acme", "supplier_name_zh": "极致服务"},
            {"supplier_id": "S2", "supplier_name": "Bolt", "supplier_name_zh": ""},
        ],
        work_centres=[
            {"work_centre_id": "WC1", "supplier_id": "S1", "work_centre_name": "North", "work_centre_name_zh": "北区"},
            {"work_centre_id": "WC2", "supplier_id": "S2", "work_centre_name": "+South", "work_centre_name_zh": ""},
        ],
        contracts=[
            contract(contract_id=f"C{number}", supplier_id=supplier, valid_from="2026-06-01")
            for number, supplier in ((1, "S1"), (2, "S2"), (3, "S2"))
        ],
        service_levels=[_level(1, "network"), _level(2, "network"), _level(3, "desk")],
        fees=[
            {"contract_id": "C1", "service_code": "network", "fee_month": "2026-06", "fee_amount": "750.00", "currency_code": "EUR"},
            {"contract_id": "C2", "service_code": "network", "fee_month": "2026-06", "fee_amount": "250.00", "currency_code": "EUR"},
        ],
        tickets=[
            ticket("T1", "2026-06-02T08:00:00Z", contract_id="C1", address=FORMULA, **late),
            ticket("T2", "2026-06-03T08:00:00Z", contract_id="C1", resolved_at="2026-06-03T08:30:00Z"),
            ticket("T3", "2026-06-04T08:00:00Z", contract_id="C1", resolved_at="2026-06-04T08:30:00Z"),
            ticket("T4", "2026-06-09T08:00:00Z", contract_id="C2", work_centre_id="WC2", resolved_at="2026-06-09T10:00:00Z"),
            ticket("T5", "2026-06-10T08:00:00Z", contract_id="C3", work_centre_id="WC2", resolved_at="2026-06-10T08:30:00Z"),
        ],
    )  # fmt: skip
    night(
        module_warehouse,
        tmp_path_factory.mktemp("reports"),
        exports,
        AS_OF,
        marts={load_report(name).mart for name in report_names()},
    )
    return module_warehouse


@pytest.fixture
def report(published: Warehouse, capsys: pytest.CaptureFixture[str]) -> Iterator[Report]:
    """What the command prints with a reader's address; fails when it exits with another status than expected."""

    def run(*arguments: str, url: str = published.bi_reader_url, code: int = 0) -> str:
        assert main([*arguments, "--database-url", url]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    yield run


@pytest.fixture
def rows(report: Report, tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    """The rows of the CSV file that it writes."""

    def read(*arguments: str) -> list[dict[str, str]]:
        report(*arguments, "--out", str(tmp_path / "report.csv"))
        return list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_bytes().decode("utf-8-sig"))))

    return read


def test_the_paper_in_chinese(rows: Callable[..., list[dict[str, str]]]) -> None:
    first, second = rows("completion", "--lang", "zh")
    assert first == {
        "工作中心": "北区", "类别": "", "工作单号": "T1", "地址": f"'{FORMULA}", "优先级": "",
        "开始时间（UTC）": "2026-06-02 08:00:00", "预计结束（UTC）": "2026-06-02 09:00:00",
        "实际完成（UTC）": "2026-06-02 10:30:00", "达到的服务水平": "超时，用去目标的 250 %",
    }  # fmt: skip
    # Without a name in Chinese the other one; it looks like a formula as well.
    assert second["工作中心"] == "'+South"


def test_only_what_was_asked_for(rows: Callable[..., list[dict[str, str]]]) -> None:
    assert [row["Work order"] for row in rows("completion", "--period", "2026-W23")] == ["T1"]
    assert [row["Work order"] for row in rows("completion", "--period", "2026-06")] == ["T1", "T4"]
    assert [row["Work order"] for row in rows("completion", "--period", "2026-Q3")] == []
    assert [row["Work order"] for row in rows("completion", "--supplier", "S2")] == ["T4"]


def test_compliance_of_a_week_and_of_a_quarter(rows: Callable[..., list[dict[str, str]]]) -> None:
    told = [
        (row["Kind of period"], row["Measured"], row["Met"], row["Attained (0 to 1)"][:6], row["Verdict"])
        for period in ("2026-W23", "2026-Q2")
        for row in rows("compliance", "--supplier", "S1", "--period", period)
    ]
    assert told == [("week", "3", "2", "0.6666", "missed"), ("quarter", "3", "2", "0.6666", "missed")]


def test_a_workbook_holds_text_as_text_and_figures_as_figures(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    assert report("completion", "--out", str(path)) == f"{path}: 2 lines\n"
    first = path.read_bytes()
    sheet = openpyxl.load_workbook(path)["report"]
    assert sheet["D2"].value == f"'{FORMULA}"
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "inlineStr", "n"}
    report("completion", "--out", str(path))
    assert path.read_bytes() == first
    report("time_held", "--out", str(path))
    assert openpyxl.load_workbook(path)["report"]["E2"].value == 9000 + 2 * 1800


def test_shares_of_suppliers_and_how_concentrated_they_are(rows: Callable[..., list[dict[str, str]]]) -> None:
    # Network: 3 of 4 tickets, 0.75^2 + 0.25^2 = 0.625, as are the fees. Together 3 of 5: 0.36 + 0.16 = 0.52. The desk has one supplier.
    told = {
        (row["Service"], row["Measure"], row["Supplier"]): (
            row["Quantity"], row["Share (0 to 1)"], row["Rank"], row["Concentration index (HHI)"], row["Currency"],
        )
        for row in rows("concentration", "--period", "2026-06")
    }  # fmt: skip
    assert told == {
        ("network", "tickets", "Acme"): ("3", "0.750000", "1", "0.625000", ""),
        ("network", "tickets", "Bolt"): ("1", "0.250000", "2", "0.625000", ""),
        ("desk", "tickets", "Bolt"): ("1", "1.000000", "1", "1.000000", ""),
        ("all services", "tickets", "Acme"): ("3", "0.600000", "1", "0.520000", ""),
        ("all services", "tickets", "Bolt"): ("2", "0.400000", "2", "0.520000", ""),
        ("network", "fees", "Acme"): ("750.00", "0.750000", "1", "0.625000", "EUR"),
        ("network", "fees", "Bolt"): ("250.00", "0.250000", "2", "0.625000", "EUR"),
        ("all services", "fees", "Acme"): ("750.00", "0.750000", "1", "0.625000", "EUR"),
        ("all services", "fees", "Bolt"): ("250.00", "0.250000", "2", "0.625000", "EUR"),
    }


def test_on_the_terminal_foreign_text_is_harmless(report: Report) -> None:
    lines = report("completion", "--supplier", "S1").splitlines()
    assert lines[0] == "Work order completion report"
    assert len(lines) == 3


def test_without_a_name_the_reports_are_listed(report: Report) -> None:
    assert "工作单完成度报告" in report("--lang", "zh")


def test_the_administrator_reads_as_a_reader_too(report: Report, published: Warehouse) -> None:
    published.query("revoke select on marts.rpt_time_held from bi_reader")
    try:
        assert "permission denied" in report("time_held", url=published.admin_url, code=1)
    finally:
        published.query("grant select on marts.rpt_time_held to bi_reader")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("complience",), "report; expected "),
        (("completion", "--period", "June"), "period; expected 2026-W10"),
        (("completion", "--out", "report.pdf"), "expected .csv or .xlsx; found .pdf"),
        (("completion", "--out", "nowhere/report.csv"), "expected a folder nowhere; found none"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    report: Report, arguments: tuple[str, ...], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = report(*arguments, code=1)
    assert error.startswith("report: ")
    assert error.count("\n") == 1
    assert complaint in error


def test_an_empty_warehouse_says_so(report: Report, warehouse: Warehouse) -> None:
    assert "run scripts/nightly on this warehouse" in report("completion", url=warehouse.admin_url, code=1)
