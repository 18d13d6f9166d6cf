"""scripts/quarantine as people use it: a table, one record, a list for a spreadsheet, a file read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from supplier_sla.database import connect
from supplier_sla.landing import land_exports
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.folder import LANDING_LOCK_KEY
from supplier_sla.quarantine import shown
from supplier_sla.quarantine.__main__ import main
from tests.conftest import Warehouse
from tests.quarantine.conftest import FIRST_NIGHT

Run = Callable[..., str]

HOSTILE = "=cmd\x1b[31m\u202e"


@pytest.fixture
def run(module_warehouse: Warehouse, capsys: pytest.CaptureFixture[str]) -> Run:
    """What the command prints; fails unless it exits with `code`."""

    def run_it(*arguments: str, code: int = 0, url: str | None = None) -> str:
        capsys.readouterr()
        assert main([*arguments, "--database-url", url or module_warehouse.admin_url]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run_it


@pytest.fixture(scope="module")
def landing(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Suppliers of which two lines are bad, and a file that nobody reads."""
    folder = tmp_path_factory.mktemp("landing")
    (folder / "suppliers.csv").write_text(
        "supplier_id,supplier_name,valid_from,site\nS1,Good,2026-01-01,Bonn\nS2,Bad,01.02.2026,Bonn\n"
        f"S3,,{HOSTILE},Bonn\n",
        encoding="utf-8",
    )
    (folder / "unknown.csv").write_text("a\n1\n", encoding="utf-8")
    land_exports(module_warehouse.loader_url, folder, as_of=FIRST_NIGHT, run_id="night")
    return folder


def words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_list_is_a_table_of_problems_and_of_refused_files(run: Run, landing: Path) -> None:
    lines = words(run("list"))
    assert lines[0] == "id delivery file line column found reason first seen times status"
    assert lines[1] == "1 1 suppliers.csv 3 valid_from 01.02.2026 wrong type 2026-02-10 22:54 1 open"
    assert lines[3].split(" ", 5)[3:5] == ["4", "valid_from"]
    assert "=cmd\\x1b[31m\\u202e" in lines[3], "a value cannot steer the terminal"
    assert lines[5].startswith("3 of 3 problems")
    assert lines[-1].startswith("2 unknown.csv 0 2026-02-10 22:54 no source profile reads a file of this name")


def test_list_speaks_chinese(run: Run, landing: Path) -> None:
    assert "类型错误" in run("list", "--lang", "zh")
    assert "整份被拒的文件" in run("list", "--lang", "zh")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (("--reason", "missing_value"), ["2"]),
        (("--entity", "suppliers", "--source", "canonical", "--open"), ["1", "2", "3"]),
        (("--source", "desk"), []),
        (("--since", "2026-02-11T00:00:00Z"), []),
        (("--delivery", "1", "--since", "2026-02-10T00:00:00Z"), ["1", "2", "3"]),
    ],
)
def test_list_for_a_spreadsheet_holds_what_fits_and_no_formula(
    run: Run, landing: Path, options: tuple[str, ...], ids: list[str]
) -> None:
    listed = list(csv.DictReader(io.StringIO(run("list", "--csv", *options))))
    assert [row["quarantine_id"] for row in listed] == ids
    assert not [row for row in listed if any(value.startswith("=") for value in row.values())]


def test_show_prints_the_whole_record_and_what_was_expected(run: Run, landing: Path) -> None:
    text = run("show", "2")
    assert words(text)[0] == "Quarantine 2: suppliers.csv, line 4"
    assert "expected a value" in " ".join(words(text))
    assert "valid_from =cmd\\x1b[31m\\u202e a date as YYYY-MM-DD" in words(text), "the other problem of the line"
    assert "_extra.site Bonn" in words(text)
    assert "记录" in run("show", "2", "--lang", "zh")


def test_a_number_that_does_not_exist_is_said_so(run: Run, landing: Path) -> None:
    assert run("show", "999", code=1).startswith("quarantine: quarantine 999; expected a number")


def test_value_of_a_personal_column_is_masked_everywhere(
    run: Run, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = load_contracts()["suppliers"]
    monkeypatch.setattr(shown, "_is_personal", lambda column: column is contract.column_by_name["valid_from"])
    for text in (run("list"), run("list", "--csv"), run("show", "1"), run("show", "2")):
        assert "01.02.2026" not in text
        assert "=cmd" not in text
        assert shown.MASK in text


def test_a_column_is_personal_if_its_contract_says_so() -> None:
    assert shown._is_personal(SimpleNamespace(name="requester", personal="identity"))
    assert not shown._is_personal(SimpleNamespace(name="requester", personal=None))
    assert not shown._is_personal(SimpleNamespace(name="requester"))


def test_reread_runs_as_the_loader_and_waits_for_the_landing_lock(
    run: Run, landing: Path, module_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("reread", "--landing", str(landing), "--as-of", "2026-02-11T22:54:00Z")
    monkeypatch.setattr("supplier_sla.quarantine.__main__.LOCK_TIMEOUT_SECONDS", 1)
    with closing(connect(module_warehouse.loader_url)) as night, night, night.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", (LANDING_LOCK_KEY,))
        assert "another process that is landing files" in run(*options, code=1)
    lines = words(run(*options, "--dry-run"))
    assert lines[1:] == [
        "1 suppliers.csv nothing to load: 2 still bad, 1 known or restated since",
        "2 unknown.csv not read: no source profile reads a file of this name; next: name it <entity>.csv or add a"
        " profile to source_profiles",
    ]
    assert "may not act" not in run(*options, url=module_warehouse.loader_url)
    assert "login; expected one that may act as loader" in run("list", code=1, url=module_warehouse.bi_reader_url)


def test_reread_loads_what_a_mended_contract_lets_in(
    run: Run, landing: Path, module_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from supplier_sla.landing import folder
    from supplier_sla.landing.contract import FileContract

    contracts = dict(load_contracts())
    content: dict[str, Any] = contracts["suppliers"].model_dump(by_alias=True)
    content["columns"] = [
        {**column, "required": False} if column["name"] in ("supplier_name", "valid_from") else column
        for column in content["columns"]
    ]
    contracts["suppliers"] = FileContract.model_validate(
        {
            **content,
            "columns": [{**each, "type": "text"} if each["type"] == "date" else each for each in content["columns"]],
        }
    )
    monkeypatch.setattr(folder, "load_contracts", lambda: contracts)

    lines = words(run("reread", "--landing", str(landing), "--entity", "suppliers", "--as-of", "2026-02-11T22:54:00Z"))

    assert lines[1].startswith("1 suppliers.csv delivery ")
    assert lines[1].endswith(": 2 rows loaded, 0 still bad, 1 known or restated since")
    assert lines[-1] == "The next night judges the new deliveries at the door and builds with them."
    assert module_warehouse.query("select count(*), count(distinct supplier_id) from raw.suppliers") == [(3, 3)]
    assert words(run("list", "--open"))[0] != "id delivery file line column found reason first seen times status"
    assert "mended by delivery" in run("show", "1")
