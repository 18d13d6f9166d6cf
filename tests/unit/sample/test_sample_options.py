"""Same options, same bytes; a change in one part leaves the others alone; wrong options are named."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import supplier_sla
from supplier_sla.errors import SupplierSlaError
from supplier_sla.sample import SampleOptions, SampleResult, generate
from supplier_sla.sample.cli import main
from supplier_sla.sample.draws import apportion


def hashes_of(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def test_same_options_give_the_same_bytes_whatever_the_hash_seed(
    sample: SampleResult, sample_directory: Path, tmp_path: Path
) -> None:
    packages = str(Path(supplier_sla.__file__).parents[1])
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": packages, "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-m", "supplier_sla.sample", "--out", str(tmp_path)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout
    assert hashes_of(tmp_path) == hashes_of(sample_directory)
    assert output.splitlines()[-1] == "recommended --as-of 2026-04-02T22:00:00Z"
    assert len(output.splitlines()) == len(sample.files) + 2


def test_another_seed_gives_other_tickets(sample: SampleResult, sample_directory: Path, tmp_path: Path) -> None:
    generate(SampleOptions(out=tmp_path, seed=7))
    different = {name for name, digest in hashes_of(tmp_path).items() if hashes_of(sample_directory)[name] != digest}
    assert {"tickets_2025-10.csv", "ticket_events_2025-10.csv", "fees.csv", "boston_311_sample.csv"} <= different
    assert "calendar_exceptions.csv" not in different


def test_more_tickets_leave_every_register_as_it_is(
    sample: SampleResult, sample_directory: Path, tmp_path: Path
) -> None:
    generate(SampleOptions(out=tmp_path, tickets_per_month=300))
    more, before = hashes_of(tmp_path), hashes_of(sample_directory)
    for file in sample.files:
        if file.role == "register":
            assert more[file.name] == before[file.name], file.name


def test_more_suppliers_and_contracts_leave_the_first_ones_as_they_are(
    sample: SampleResult, sample_directory: Path, tmp_path: Path
) -> None:
    generate(SampleOptions(out=tmp_path, suppliers=12, contracts_per_supplier=3))
    for name in ("suppliers.csv", "contracts.csv", "service_levels.csv", "fees.csv"):
        more = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert set((sample_directory / name).read_text(encoding="utf-8").splitlines()) <= set(more), name
    contracts = (tmp_path / "contracts.csv").read_text(encoding="utf-8").splitlines()
    # 11 suppliers with 3 contracts, the city-shaped one with 1; one contract has two versions.
    assert len(contracts) - 1 == 11 * 3 + 1 + 1


@pytest.mark.parametrize(
    ("first_month", "months", "as_of"),
    [
        ("2025-10", 6, datetime(2026, 4, 2, 22, tzinfo=UTC)),
        ("2025-12", 1, datetime(2026, 1, 2, 22, tzinfo=UTC)),
        ("2024-02", 1, datetime(2024, 3, 2, 22, tzinfo=UTC)),
    ],
)
def test_as_of_is_the_night_after_the_last_month_has_ended_everywhere(
    first_month: str, months: int, as_of: datetime
) -> None:
    assert SampleOptions(out=Path("out"), first_month=first_month, months=months).as_of == as_of


@pytest.mark.parametrize("options", [{"months": 1}, {"tickets_per_month": 1}, {"suppliers": 2}, {"suppliers": 60}])
def test_a_sample_of_the_least_or_of_many_can_be_made(options: dict[str, Any], tmp_path: Path) -> None:
    result = generate(SampleOptions(out=tmp_path, **options))
    assert result.tickets == options.get("tickets_per_month", 150) * options.get("months", 6)


def test_an_unpublished_year_is_said_to_be_unpublished(tmp_path: Path) -> None:
    generate(SampleOptions(out=tmp_path, months=1, first_month="2034-05"))
    (china,) = (line for line in (tmp_path / "calendars.csv").read_text("utf-8").splitlines() if "CAL-CN" in line)
    assert china.endswith(",2033-01-01")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"suppliers": 1}, "--suppliers"),
        ({"contracts_per_supplier": 0}, "--contracts-per-supplier"),
        ({"tickets_per_month": 0}, "--tickets-per-month"),
        ({"months": 0}, "--months"),
        ({"first_month": "2025-13"}, "--first-month"),
        ({"bad_row_share": Decimal("0.6")}, "--bad-row-share"),
    ],
)
def test_an_option_out_of_range_is_named_with_what_was_expected(options: dict[str, Any], named: str) -> None:
    with pytest.raises(SupplierSlaError, match=f"option {named}; expected .* found .* next: ") as caught:
        SampleOptions(out=Path("out"), **options)
    assert "\n" not in str(caught.value)


def test_the_command_ends_with_two_and_one_line_on_a_wrong_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "none"), "--months", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_other_files_in_the_folder_are_pointed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tickets_1999-01.csv").write_text("left over", encoding="utf-8")
    assert main(["--out", str(tmp_path), "--months", "1"]) == 0
    assert "also holds 1 other files, such as tickets_1999-01.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [(10, [1, 1, 1], [4, 3, 3]), (0, [1, 2], [0, 0]), (5, [0, 0], [0, 0]), (7, [0, 3], [0, 7]), (1, [1, 3], [0, 1])],
)
def test_apportioned_shares_add_up(total: int, weights: list[int], shares: list[int]) -> None:
    assert apportion(total, weights) == shares


def test_contracts_are_amended_in_the_middle_of_the_sample() -> None:
    assert SampleOptions(out=Path("out")).amendment_date == date(2026, 1, 1)
