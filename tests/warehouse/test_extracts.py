"""What leaves for finance: every line once, the same bytes for the same number, whole files or none."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.extracts import csv_file, handover
from supplier_sla.extracts.csv_file import OutboxOccupied, OutboxUnwritable, guarded, write_whole
from supplier_sla.extracts.handover import ExtractChanged, hand_over
from supplier_sla.extracts.layouts import BREACH_COLUMNS, PENALTY_COLUMNS
from tests.conftest import Warehouse
from tests.support.slot_tables import AS_OF, breach, build_slot, night, penalty, reserve, switch

FIRST_FILES = [
    "breach_extract_000001.control.json",
    "breach_extract_000001.csv",
    "penalty_extract_000001.control.json",
    "penalty_extract_000001.csv",
]


def extract(warehouse: Warehouse, outbox: Path) -> list[str]:
    with session(warehouse.transformer_url) as connection:
        return [path.name for path in hand_over(connection, outbox=outbox, as_of=AS_OF)]


def names(outbox: Path) -> list[str]:
    return sorted(path.name for path in outbox.iterdir())


def contents(outbox: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in outbox.iterdir()}


def rows(outbox: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((outbox / name).read_bytes().decode("utf-8-sig"), newline="")))


def control(outbox: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((outbox / name).read_text(encoding="utf-8")))


def test_without_lines_nothing_is_written(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse)
    assert extract(warehouse, tmp_path / "outbox") == []
    assert warehouse.query("select * from finance.extract") == []


def test_every_line_leaves_once_and_numbers_have_no_gaps(warehouse: Warehouse, tmp_path: Path) -> None:
    outbox = tmp_path / "made" / "when missing"
    for owed in ("1.00", "2.00", "2.00", "4.50"):
        night(warehouse, penalty(owed_amount=owed), breaches=[breach("1")])
        extract(warehouse, outbox)
        assert extract(warehouse, outbox) == []
    assert [name for name in names(outbox) if name.startswith("penalty") and name.endswith("csv")] == [
        "penalty_extract_000001.csv", "penalty_extract_000002.csv", "penalty_extract_000003.csv",
    ]  # fmt: skip
    amounts = [rows(outbox, f"penalty_extract_00000{number}.csv")[0]["amount"] for number in (1, 2, 3)]
    assert amounts == ["1.00", "1.00", "2.50"]


def test_a_number_that_was_not_given_for_good_is_given_again(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(warehouse, penalty())
    with monkeypatch.context() as patch:
        patch.setattr(handover, "sha256", lambda _: None)  # breaks after the number was taken
        with pytest.raises(Exception, match="null value"):
            extract(warehouse, tmp_path)
    assert extract(warehouse, tmp_path) == ["penalty_extract_000001.csv", "breach_extract_000001.csv"]


def test_the_files_say_what_the_ledger_says(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty(), breaches=[breach("7", ticket_key="desk/7")])
    extract(warehouse, tmp_path)
    (row,) = rows(tmp_path, "penalty_extract_000001.csv")
    assert list(row) == [column.name for column in PENALTY_COLUMNS]
    ((line_hash,),) = warehouse.query("select line_hash from finance.ledger_line")
    expected = {
        "extract_number": "1", "line_number": "1", "line_kind": "initial", "corrects_line_number": "",
        "accounting_period": "2026-02-01", "supplier_name": "Acme", "supplier_name_zh": "安可", "amount": "100.00",
        "attainment_ratio": "0.94736842105263157895", "unit_amount": "50", "as_of": "2026-02-10T22:54:00+00:00",
        "line_hash": line_hash, "cost_centre": "4711", "period_month": "2026-01-01",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert warehouse.query("select extract_number, as_of, line_count from finance.extract") == [(1, AS_OF, 1)]
    (evidence,) = rows(tmp_path, "breach_extract_000001.csv")
    assert list(evidence) == [column.name for column in BREACH_COLUMNS]
    assert (evidence["ticket_id"], evidence["overdue_seconds"], evidence["_source_row_number"]) == ("7", "3600", "7")


def test_control_files_hold_hash_count_and_exact_totals_per_currency(warehouse: Warehouse, tmp_path: Path) -> None:
    owed = [("CNY", "0.10"), ("CNY", "0.20"), ("EUR", "9007199254740993.01"), ("EUR", "0.07")]
    penalties = [
        penalty(penalty_term_id=f"T-{number}", currency_code=currency, owed_amount=amount)
        for number, (currency, amount) in enumerate(owed)
    ]
    night(warehouse, *penalties, breaches=[breach("1")])
    extract(warehouse, tmp_path)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(tmp_path, "penalty_extract_000001.csv"):
        totals[row["currency_code"]] += Decimal(row["amount"])
    said = control(tmp_path, "penalty_extract_000001.control.json")
    assert {currency: Decimal(total) for currency, total in said["control_totals"].items()} == totals
    assert said["control_totals"] == {"CNY": "0.30", "EUR": "9007199254740993.08"}
    for kind, count in (("penalty", 4), ("breach", 4)):
        content = (tmp_path / f"{kind}_extract_000001.csv").read_bytes()
        said = control(tmp_path, f"{kind}_extract_000001.control.json")
        assert (said["sha256"], said["row_count"]) == (hashlib.sha256(content).hexdigest(), count)
        assert (said["extract_number"], said["file_name"]) == (1, f"{kind}_extract_000001.csv")


@pytest.mark.parametrize("crash", ["before the first file", "between the files", "after the files, before the record"])
def test_after_a_crash_the_same_bytes_come_under_the_same_number(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    class Killed(BaseException):
        """As a kill: no handler of ours may see it as an error."""

    written: list[str] = []

    def write_until_killed(path: Path, content: bytes) -> None:
        if len(written) == {"before the first file": 0, "between the files": 2}.get(crash, 4):
            raise Killed
        write_whole(path, content)
        written.append(path.name)
        if len(written) == 4:
            raise Killed

    night(warehouse, penalty(), breaches=[breach("1")])
    with monkeypatch.context() as patch:
        patch.setattr(handover, "write_whole", write_until_killed)
        with pytest.raises(Killed):
            extract(warehouse, tmp_path)
    left_behind = contents(tmp_path)
    assert warehouse.query("select extract_number from finance.extract") == [(1,)]
    assert warehouse.query("select * from finance.extract_written") == []

    for name in left_behind:
        (tmp_path / name).unlink()
    night(warehouse, penalty(owed_amount="120.00"))  # another night in between takes the next number
    assert extract(warehouse, tmp_path)[0] == "penalty_extract_000001.csv"
    assert names(tmp_path)[:4] == [
        "breach_extract_000001.control.json", "breach_extract_000001.csv",
        "breach_extract_000002.control.json", "breach_extract_000002.csv",
    ]  # fmt: skip
    again = contents(tmp_path)
    assert {name: again[name] for name in left_behind} == left_behind
    promised = warehouse.query("select penalty_sha256, breach_sha256 from finance.extract where extract_number = 1")
    files = [again[f"{kind}_extract_000001.csv"] for kind in ("penalty", "breach")]
    assert promised == [tuple(hashlib.sha256(content).hexdigest() for content in files)]


def test_two_hand_overs_at_once_write_each_number_once(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty())
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(extract, warehouse, tmp_path) for _ in range(3)]
    written = [name for each in found for name in each.result()]
    assert sorted(written) == ["breach_extract_000001.csv", "penalty_extract_000001.csv"]
    assert warehouse.query("select extract_number from finance.extract") == [(1,)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_is_a_formula_for_a_spreadsheet(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_other_text_and_negative_amounts_are_written_as_they_are(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty())
    night(warehouse)
    extract(warehouse, tmp_path)
    assert [row["amount"] for row in rows(tmp_path, "penalty_extract_000001.csv")] == ["100.00", "-100.00"]
    assert [guarded(text) for text in ("", "a=b", " =1", "'", None)] == ["", "a=b", " =1", "'", ""]


def test_suppliers_names_can_neither_attack_nor_break_the_file(warehouse: Warehouse, tmp_path: Path) -> None:
    slot, run_id = reserve(warehouse)
    keys = {"=1+1": "'=1+1", '北京,"科技"\r\n有限公司': '北京,"科技"\r\n有限公司', "@x": "'@x"}
    build_slot(
        warehouse, slot,
        suppliers=[{"supplier_key": name, "supplier_id": "S", "supplier_name": name} for name in keys],
        penalties=[penalty(penalty_term_id=f"T-{number}", supplier_key=name) for number, name in enumerate(keys)],
    )  # fmt: skip
    switch(warehouse, slot, run_id)
    extract(warehouse, tmp_path)
    found = rows(tmp_path, "penalty_extract_000001.csv")
    assert [row["supplier_name"] for row in found] == list(keys.values())
    assert (tmp_path / "penalty_extract_000001.csv").read_bytes().startswith(b"\xef\xbb\xbfextract_number,")


@pytest.mark.parametrize("obstacle", ["outbox is a file", "parent is a file", "file name is a folder"])
def test_an_outbox_that_cannot_be_written_loses_nothing(warehouse: Warehouse, tmp_path: Path, obstacle: str) -> None:
    night(warehouse, penalty(), breaches=[breach("1")])
    outbox = tmp_path / "parent" / "outbox"
    blocked = {
        "outbox is a file": outbox,
        "parent is a file": outbox.parent,
        "file name is a folder": outbox / ".penalty_extract_000001.csv.part",
    }[obstacle]
    blocked.parent.mkdir(parents=True, exist_ok=True)
    if obstacle == "file name is a folder":
        blocked.mkdir()
    else:
        blocked.write_text("in the way")
    with pytest.raises(OutboxUnwritable, match=r"penalty_extract_000001\.csv.*nothing is lost"):
        extract(warehouse, outbox)
    if blocked.is_dir():
        blocked.rmdir()
    else:
        blocked.unlink()
    assert extract(warehouse, outbox) == ["penalty_extract_000001.csv", "breach_extract_000001.csv"]
    assert names(outbox) == FIRST_FILES


def test_no_half_file_is_ever_seen_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def full_disk(_: int) -> None:
        seen.append(names(tmp_path))
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(csv_file.os, "fsync", full_disk)
        with pytest.raises(OutboxUnwritable, match="No space left"):
            write_whole(tmp_path / "file.csv", b"content")
    assert seen == [[".file.csv.part"]]  # hidden, and gone afterwards
    assert names(tmp_path) == []


def test_what_was_handed_over_is_never_overwritten_with_something_else(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "penalty_extract_000001.csv").write_bytes(b"of another warehouse")
    night(warehouse, penalty())
    with pytest.raises(OutboxOccupied, match="an outbox of its own"):
        extract(warehouse, tmp_path)
    assert contents(tmp_path) == {"penalty_extract_000001.csv": b"of another warehouse"}
    (tmp_path / "penalty_extract_000001.csv").unlink()
    assert extract(warehouse, tmp_path) == ["penalty_extract_000001.csv", "breach_extract_000001.csv"]


@pytest.mark.parametrize(
    ("statement", "file"),
    [
        ("update finance.ledger_line set amount = 1", "penalty_extract_000001.csv"),
        ("delete from finance.ledger_evidence", "breach_extract_000001.csv"),
    ],
)
def test_a_ledger_that_was_tampered_with_gives_no_file(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, file: str
) -> None:
    night(warehouse, penalty(), breaches=[breach("1")])
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_unwritten", lambda _: [])  # the number is given, the files are not written yet
        extract(warehouse, tmp_path)
    warehouse.query(f"set session_replication_role = replica; {statement}")
    with pytest.raises(ExtractChanged, match=file) as caught:
        extract(warehouse, tmp_path)
    assert isinstance(caught.value, SupplierSlaError)
    assert names(tmp_path) == []
