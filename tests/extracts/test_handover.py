"""What leaves for finance: every line once, the same bytes for the same number, whole files or none."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.errors import SupplierSlaError
from supplier_sla.extracts import handover
from supplier_sla.extracts.draft import Draft
from supplier_sla.extracts.handover import ExtractChanged, ExtractKeptIn, ReceiverUnknown
from supplier_sla.extracts.layouts.columns import BREACH_COLUMNS, PENALTY_COLUMNS
from supplier_sla.extracts.receiver import Receiver, Scope
from supplier_sla.files.outbox import OutboxOccupied, OutboxUnwritable
from tests.conftest import Warehouse
from tests.extracts.nights import VENDOR, contents, hand, night, stretch
from tests.support.slot_tables import AS_OF, breach, penalty

DATA_FILES = ["breach_extract_000001.csv", "clock_extract_000001.csv", "penalty_extract_000001.csv"]
FIRST_FILES = sorted([*DATA_FILES, *(name.replace("csv", "control.json") for name in DATA_FILES)])


def extract(warehouse: Warehouse, outbox: Path) -> list[str]:
    return [path.name for path in hand(warehouse, outbox).written]


def names(outbox: Path) -> list[str]:
    return sorted(path.name for path in outbox.iterdir())


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
    controls = [control(outbox, f"penalty_extract_00000{number}.control.json") for number in (1, 2, 3)]
    hashes = [
        hashlib.sha256((outbox / f"penalty_extract_00000{number}.control.json").read_bytes()).hexdigest()
        for number in (1, 2)
    ]
    assert [each["previous_extract"] for each in controls] == [
        None,
        {"extract_number": 1, "control_sha256": hashes[0]},
        {"extract_number": 2, "control_sha256": hashes[1]},
    ]


def test_the_files_say_what_the_ledger_says(warehouse: Warehouse, tmp_path: Path) -> None:
    stretches = [
        stretch("7"), stretch("7", from_at="2026-01-05T02:00:00Z", clock_state_code="paused"), stretch("8"),
        stretch("7", service_level_id="SL-2"),
        stretch("7", ticket_sla_key="second cycle", from_at="2026-01-06T00:00:00Z", clock_state_code="stopped"),
    ]  # fmt: skip
    night(warehouse, penalty(), breaches=[breach("7", ticket_key="desk/7")], stretches=stretches)
    extract(warehouse, tmp_path)
    (row,) = rows(tmp_path, "penalty_extract_000001.csv")
    assert list(row) == [column.name for column in PENALTY_COLUMNS]
    ((line_hash,),) = warehouse.query("select line_hash from finance.ledger_line")
    expected = {
        "extract_number": "1", "line_number": "1", "line_kind": "initial", "corrects_line_number": "",
        "accounting_period": "2026-02-01", "supplier_name": "Acme", "supplier_name_zh": "安可", "amount": "100.00",
        "attainment_ratio": "0.94736842105263157895", "unit_amount": "50", "as_of": "2026-02-10T22:54:00+00:00",
        "line_hash": line_hash, "cost_centre": "4711", "period_month": "2026-01-01", "booking_period": "2026-02-01",
        "vendor_number": "10042", "vendor_site_code": "MAIN", "attempt_number": "1",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert warehouse.query(
        "select receiver_code, extract_number, as_of, line_count, layout, layout_version from finance.extract"
    ) == [("finance", 1, AS_OF, 1, "csv", 2)]
    (evidence,) = rows(tmp_path, "breach_extract_000001.csv")
    assert list(evidence) == [column.name for column in BREACH_COLUMNS]
    assert (evidence["ticket_id"], evidence["overdue_seconds"], evidence["_source_row_number"]) == ("7", "3600", "7")
    clocks = rows(tmp_path, "clock_extract_000001.csv")
    assert [(clock["evidence_number"], clock["stretch_number"], clock["clock_state_code"]) for clock in clocks] == [
        ("1", "1", "running"), ("1", "2", "paused"),
    ]  # fmt: skip
    assert b"mueller" not in (tmp_path / "clock_extract_000001.csv").read_bytes()


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
    assert (said["receiver_code"], said["layout"], said["line_count"]) == ("finance", "csv", 4)
    for kind, count in (("penalty", 4), ("breach", 4), ("clock", 0)):
        content = (tmp_path / f"{kind}_extract_000001.csv").read_bytes()
        each = control(tmp_path, f"{kind}_extract_000001.control.json")
        assert (each["sha256"], each["row_count"]) == (hashlib.sha256(content).hexdigest(), count)
        assert (each["extract_number"], each["file_name"]) == (1, f"{kind}_extract_000001.csv")
        beginning = {name: each[name] for name in ("file_name", "row_count", "sha256")}
        assert beginning in said["files"]


def test_a_number_keeps_its_bytes_when_layout_register_and_settings_have_changed(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(warehouse, penalty(), breaches=[breach("1")])
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_unwritten", lambda _: [])  # the number is given, the files are not written yet
        extract(warehouse, tmp_path)
    promised = warehouse.query("select file_name, sha256 from finance.extract_file order by file_position")
    renamed = {**VENDOR, "supplier_name": "Other", "vendor_number": "99"}
    night(warehouse, penalty(gl_account="9"), suppliers=[renamed])
    changed = Receiver(receiver_code="finance", layout="xlsx", byte_order_mark=False)
    written = [path.name for path in hand(warehouse, tmp_path, receivers=[changed]).written]
    assert written == DATA_FILES
    assert [(name, hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()) for name, _ in promised] == promised
    assert promised[-1][0] == "penalty_extract_000001.control.json", "the control file of the whole comes last"


def test_two_hand_overs_at_once_write_each_number_once(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty())
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(extract, warehouse, tmp_path) for _ in range(3)]
    written = [name for each in found for name in each.result()]
    assert sorted(written) == DATA_FILES
    assert warehouse.query("select extract_number from finance.extract") == [(1,)]


def test_negative_amounts_are_written_as_they_are(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty())
    night(warehouse)
    extract(warehouse, tmp_path)
    assert [row["amount"] for row in rows(tmp_path, "penalty_extract_000001.csv")] == ["100.00", "-100.00"]


def test_suppliers_names_can_neither_attack_nor_break_the_file(warehouse: Warehouse, tmp_path: Path) -> None:
    keys = {"=1+1": "'=1+1", '北京,"科技"\r\n有限公司': '北京,"科技"\r\n有限公司', "@x": "'@x"}
    night(
        warehouse,
        *[penalty(penalty_term_id=f"T-{number}", supplier_key=name) for number, name in enumerate(keys)],
        suppliers=[{"supplier_key": name, "supplier_id": "S", "supplier_name": name} for name in keys],
    )
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
    with pytest.raises(OutboxUnwritable, match=r"_extract_000001\.csv.*nothing is lost"):
        extract(warehouse, outbox)
    if blocked.is_dir():
        blocked.rmdir()
    else:
        blocked.unlink()
    assert extract(warehouse, outbox) == DATA_FILES
    assert names(outbox) == FIRST_FILES


def test_what_was_handed_over_is_never_overwritten_with_something_else(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "penalty_extract_000001.csv").write_bytes(b"of another warehouse")
    night(warehouse, penalty())
    with pytest.raises(OutboxOccupied, match="an outbox of its own"):
        extract(warehouse, tmp_path)
    assert contents(tmp_path)["penalty_extract_000001.csv"] == b"of another warehouse"
    (tmp_path / "penalty_extract_000001.csv").unlink()
    assert extract(warehouse, tmp_path) == DATA_FILES


def test_stored_bytes_that_were_tampered_with_give_no_file(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(warehouse, penalty(), breaches=[breach("1")])
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_unwritten", lambda _: [])
        extract(warehouse, tmp_path)
    warehouse.query(
        "set session_replication_role = replica; update finance.extract_file set content ="
        " (select content from finance.extract_file where file_position = 1) where file_position = 5"
    )
    with pytest.raises(ExtractChanged, match=r"penalty_extract_000001\.csv") as caught:
        extract(warehouse, tmp_path)
    assert isinstance(caught.value, SupplierSlaError)
    assert names(tmp_path) == []


def test_each_line_goes_to_the_one_receiver_that_gets_it_and_is_held_when_there_are_none_or_two(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    contracts = ("A", "B", "C", "D")
    night(
        warehouse,
        *[penalty(contract_id=contract, penalty_term_id="T") for contract in contracts],
        penalty(contract_id="A", penalty_term_id="T", currency_code="EUR"),
    )
    shared = Receiver(receiver_code="shared", folder="shared", gets=Scope(contracts=("A", "B")))
    euro = Receiver(
        receiver_code="euro", folder="euro", gets=Scope(contracts=("A", "B", "C")),
        leaves=Scope(contracts=("A",)), sign="penalty_negative",
    )  # fmt: skip
    handed = hand(warehouse, tmp_path, receivers=[shared, euro])
    by_receiver = "select receiver_code, extract_number, amount, currency_code, detail ->> 'contract_id'"
    assert warehouse.query(f"{by_receiver} from finance.extract_line order by line_number") == [
        ("shared", 1, Decimal("100.00"), "CNY", "A"),
        ("shared", 1, Decimal("100.00"), "EUR", "A"),
        ("euro", 1, Decimal("-100.00"), "CNY", "C"),
    ]
    assert [(line.line_number, line.reason_code) for line in handed.held] == [
        (3, "several_receivers"),
        (5, "no_receiver"),
    ]
    assert "shared, euro" in handed.held[0].explanation
    assert warehouse.query("select line_number, reason_code from ops.extract_held_line order by 1") == [
        (3, "several_receivers"), (5, "no_receiver"),
    ]  # fmt: skip
    assert (tmp_path / "euro" / "penalty_extract_000001.csv").exists()

    everything = Receiver(receiver_code="euro", folder="euro", leaves=Scope(contracts=("A",)))
    again = hand(warehouse, tmp_path, receivers=[everything])
    assert again.held == []
    assert warehouse.query("select line_number from finance.extract_line where extract_number = 2 order by 1") == [
        (3,), (5,),
    ]  # fmt: skip


def test_what_corrects_a_held_line_waits_for_it(warehouse: Warehouse, tmp_path: Path) -> None:
    yen = Receiver.model_validate({"receiver_code": "finance", "decimals": {"JPY": 0}})
    night(warehouse, penalty(currency_code="JPY", owed_amount="100.50"))
    night(warehouse, penalty(currency_code="JPY", owed_amount="90.50"))
    handed = hand(warehouse, tmp_path, receivers=[yen])
    assert handed.written == []
    assert [(line.line_number, line.reason_code) for line in handed.held] == [
        (1, "not_for_layout"), (2, "waits_for_line"),
    ]  # fmt: skip
    assert "more than 0 decimal places" in handed.held[0].explanation


def test_a_receiver_whose_folder_is_closed_holds_up_nobody_else(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty(contract_id="A"), penalty(contract_id="B"))
    receivers = [
        Receiver(receiver_code=code.lower(), folder=code, gets=Scope(contracts=(code,))) for code in ("A", "B")
    ]
    (tmp_path / "A").write_text("in the way")
    with pytest.raises(OutboxUnwritable):
        hand(warehouse, tmp_path, receivers=receivers)
    assert warehouse.query("select receiver_code from finance.extract_written") == [("b",)]
    (tmp_path / "A").unlink()
    assert {path.parent.name for path in hand(warehouse, tmp_path, receivers=receivers).written} == {"A"}


def test_a_failed_check_keeps_the_file_in_and_others_go(warehouse: Warehouse, tmp_path: Path) -> None:
    night(warehouse, penalty(contract_id="A"), penalty(contract_id="B"))
    receivers = [
        Receiver(receiver_code=code.lower(), folder=code, gets=Scope(contracts=(code,))) for code in ("A", "B")
    ]

    def refuse_a(drafts: Sequence[Draft]) -> dict[str, list[str]]:
        assert [draft.receiver_code for draft in drafts] == ["a", "b"]
        return {"a": ["wrong sign"], "b": []}

    with pytest.raises(ExtractKeptIn, match=r"penalty_extract_000001\.csv for a: wrong sign"):
        hand(warehouse, tmp_path, receivers=receivers, check=refuse_a)
    assert warehouse.query("select receiver_code from finance.extract") == [("b",)]
    assert warehouse.query("select line_number, reason_code, explanation from ops.extract_held_line") == [
        (1, "check_failed", "wrong sign")
    ]
    assert not (tmp_path / "A").exists()
    hand(warehouse, tmp_path, receivers=receivers)
    assert (tmp_path / "A" / "penalty_extract_000001.csv").exists()
    assert warehouse.query("select * from ops.extract_held_line") == []


def test_a_number_of_a_receiver_that_is_gone_is_named(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(warehouse, penalty())
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_unwritten", lambda _: [])
        extract(warehouse, tmp_path)
    with pytest.raises(ReceiverUnknown, match=r"finance\.yml"):
        hand(warehouse, tmp_path, receivers=[Receiver(receiver_code="other")])
    assert extract(warehouse, tmp_path) == DATA_FILES


@pytest.mark.parametrize(
    "statement",
    [
        "update finance.extract_file set row_count = 0",
        "delete from finance.extract_file",
        "truncate finance.extract_file",
        "update finance.extract_line set attempt_number = 2",
    ],
)
def test_what_was_handed_over_stays_on_record(warehouse: Warehouse, tmp_path: Path, statement: str) -> None:
    night(warehouse, penalty())
    extract(warehouse, tmp_path)
    with pytest.raises(Exception, match="append-only"):
        warehouse.query(statement)
