"""Parquet: columns by name, every type as exact text."""

from __future__ import annotations

import io
from datetime import date, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.readers import BrokenRecord
from supplier_sla.landing.readers.parquet import ParquetReader
from supplier_sla.landing.refusal import FileRefused
from tests.support.export_files import parquet

NOON = 1_767_614_400  # 2026-01-05T12:00:00Z


def written(table: pa.Table, **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def read(content: bytes) -> tuple[tuple[str, ...], list[tuple[int, list[str]]], list[BrokenRecord]]:
    reader = ParquetReader(io.BytesIO(content), limits=UnpackLimits())
    good: list[tuple[int, list[str]]] = []
    broken: list[BrokenRecord] = []
    for batch in reader.batches():
        good.extend(zip(batch.lines, map(list, batch.records), strict=True))
        broken.extend(batch.broken)
    return tuple(reader.header), good, broken


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ([7], pa.int64(), "7"),
        ([2**64 - 1], pa.uint64(), "18446744073709551615"),
        ([True], pa.bool_(), "true"),
        ([0.1], pa.float64(), "0.1"),
        ([1e21], pa.float64(), "1000000000000000000000"),
        ([3.0], pa.float64(), "3"),
        ([float("nan")], pa.float64(), "NaN"),
        ([0.1], pa.float32(), "0.1"),
        ([Decimal("12.50")], pa.decimal128(10, 2), "12.50"),
        ([Decimal("0.0000001")], pa.decimal128(10, 7), "0.0000001"),
        ([Decimal("12345678901234567890.12")], pa.decimal256(60, 2), "12345678901234567890.12"),
        ([date(2026, 1, 5)], pa.date32(), "2026-01-05"),
        ([date(2026, 1, 5)], pa.date64(), "2026-01-05"),
        ([time(9, 12, 44)], pa.time64("us"), "09:12:44"),
        ([NOON], pa.timestamp("s"), "2026-01-05T12:00:00"),
        ([NOON * 1000 + 250], pa.timestamp("ms"), "2026-01-05T12:00:00.25"),
        ([NOON * 10**6 + 1], pa.timestamp("us", "UTC"), "2026-01-05T12:00:00.000001Z"),
        ([NOON * 10**9], pa.timestamp("ns", "Europe/Berlin"), "2026-01-05T12:00:00Z"),
        ([NOON * 10**9 + 1], pa.timestamp("ns", "UTC"), "2026-01-05T12:00:00.000000001Z"),
        ([-1], pa.timestamp("s", "UTC"), "1969-12-31T23:59:59Z"),
        ([2**60], pa.timestamp("ms", "UTC"), "1152921504606846976 ms since 1970"),
        (["é"], pa.large_string(), "é"),
        ([b"bytes"], pa.binary(), "bytes"),
        (["a"], pa.dictionary(pa.int8(), pa.string()), "a"),
        ([["a", "b"]], pa.list_(pa.string()), '["a","b"]'),
        ([None], pa.null(), ""),
        ([None], pa.timestamp("us", "UTC"), ""),
    ],
)
def test_a_value_becomes_exact_text(values: list[Any], kind: pa.DataType, text: str) -> None:
    table = pa.table({"value": pa.array(values, kind)})
    assert read(written(table)) == (("value",), [(1, [text])], [])


def test_structures_go_by_path() -> None:
    rows = [{"status": {"name": "Open"}, "id": 1}, None]
    header, good, _ = read(written(pa.table({"fields": rows, "x": ["a", "b"]})))
    assert header == ("fields.status.name", "fields.id", "x")
    assert good == [(1, ["Open", "1", "a"]), (2, ["", "", "b"])]


def test_records_are_numbered_through_row_groups_and_batches() -> None:
    table = pa.table({"id": [f"T{number}" for number in range(1, 5_001)]})
    _, good, _ = read(written(table, row_group_size=1_500))
    assert good == [(number, [f"T{number}"]) for number in range(1, 5_001)]


def test_what_is_no_text_keeps_its_row_out() -> None:
    table = pa.table({"id": ["T1", "T2", "T3"], "raw": pa.array([b"ok", b"a\0b", b"\xe9"], pa.binary())})
    _, good, broken = read(written(table))
    assert good == [(1, ["T1", "ok"])]
    assert [(found.line, found.reason_code, found.column) for found in broken] == [
        (2, "nul_byte", "raw"),
        (3, "undecodable_bytes", "raw"),
    ]


@pytest.mark.parametrize(
    "content", [b"id,text\n", b"", parquet(["id"], [["T1"]])[:-10], b"PAR1" + b"\0" * 50 + b"PAR1"]
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="a complete Parquet file"):
        read(content)


def test_damage_inside_is_met_while_reading() -> None:
    content = bytearray(written(pa.table({"id": [f"T{n}" for n in range(5_000)]}), compression="gzip"))
    content[100:400] = b"\0" * 300
    with pytest.raises(FileRefused, match="a complete Parquet file"):
        read(bytes(content))


def test_a_column_twice_refuses_the_file() -> None:
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["id", "ID"])
    with pytest.raises(FileRefused, match="ID twice"):
        read(written(table))


def test_repetition_that_unpacks_to_too_much_refuses_the_file() -> None:
    content = written(pa.table({"id": ["x" * 1_000] * 100_000}))
    assert len(content) < 100_000
    reader = ParquetReader(io.BytesIO(content), limits=UnpackLimits(most_bytes=10**7))
    with pytest.raises(FileRefused, match=r"at most 10,000,000 bytes"):
        list(reader.batches())


def test_damaged_bytes_in_a_text_break_their_row_only() -> None:
    # The least and the greatest text stand in the file's statistics, too; the one between only in the data.
    content = parquet(("ticket_id", "title"), [("T1", "alpha"), ("T2", "middle"), ("T3", "omega")])
    assert content.count(b"middle") == 1
    _, good, broken = read(content.replace(b"middle", b"mid\xffle"))
    assert good == [(1, ["T1", "alpha"]), (3, ["T3", "omega"])]
    assert [(record.line, record.column, record.reason_code) for record in broken] == [
        (2, "title", "undecodable_bytes")
    ]


def test_a_day_that_no_calendar_has_refuses_the_file() -> None:
    with pytest.raises(FileRefused, match="a complete Parquet file"):
        read(written(pa.table({"opened_on": pa.array([2**31 - 1], pa.date32())})))
