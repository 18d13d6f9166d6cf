"""The contract files for the city's own export."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from supplier_sla.errors import SupplierSlaError
from supplier_sla.sample.boston_register import main, read_teams, team_key, write_boston_register


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(
        "case_id,assigned_team\r\n1,Lamp Crew\r\n2,\r\n3,lamp-crew\r\n4, Lamp Crew \r\n5,树木班\r\n", encoding="utf-8"
    )
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_each_team_is_a_work_centre_of_one_supplier_with_one_contract_and_one_level(
    export: Path, tmp_path: Path
) -> None:
    out = tmp_path / "register"
    write_boston_register(export, out)
    work_centres = {row["work_centre_id"]: row["supplier_id"] for row in read(out / "work_centres.csv")}
    suppliers = {row["supplier_id"]: row["supplier_name"] for row in read(out / "suppliers.csv")}
    contracts = read(out / "contracts.csv")
    levels = read(out / "service_levels.csv")
    assert {team: suppliers[supplier_id] for team, supplier_id in work_centres.items()} == {
        "Lamp Crew": "Lamp Crew",
        "lamp-crew": "lamp-crew",
        "树木班": "树木班",
        "(no team)": "City, not assigned",
    }
    assert sorted(row["supplier_id"] for row in contracts) == sorted(suppliers)
    assert {(row["currency_code"], row["time_zone"], row["valid_from"]) for row in contracts} == {
        ("USD", "America/New_York", "2011-01-01")
    }
    assert [row["contract_id"] for row in levels] == [row["contract_id"] for row in contracts]
    assert {(row["target_unit"], row["start_event"], row["stop_event"]) for row in levels} == {
        ("promised_time", "opened", "resolved")
    }
    assert not (out / "penalty_terms.csv").exists()


def test_a_penalty_is_written_only_when_asked_for(export: Path, tmp_path: Path) -> None:
    write_boston_register(export, tmp_path, Decimal("25.50"))
    rows = read(tmp_path / "penalty_terms.csv")
    assert {(row["penalty_kind"], row["amount"]) for row in rows} == {("fixed_per_miss", "25.50")}
    assert len(rows) == 4


def test_team_keys_differ_where_only_their_readable_part_is_equal() -> None:
    assert team_key("Lamp Crew") != team_key("lamp-crew")
    assert team_key("Lamp Crew").startswith("lamp-crew-")
    assert team_key("树木班").startswith("team-")


def test_a_file_without_teams_is_refused_with_the_column_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("dish\nsoup\n", encoding="utf-8")
    with pytest.raises(SupplierSlaError, match="expected a column assigned_team; found columns dish; next: "):
        read_teams(path)


def test_a_missing_file_ends_the_command_with_two_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "missing.csv"), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("amount", ["-1", "1.234", "many", "NaN"])
def test_an_amount_that_is_no_money_is_refused(amount: str, export: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main([str(export), "--out", str(tmp_path), "--penalty-per-miss", amount])
