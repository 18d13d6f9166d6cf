"""JSON Lines: each object is a record, nested values go by path, nothing that a line says gets lost."""

from __future__ import annotations

import io
import json

import pytest

from supplier_sla.landing.readers import BrokenRecord
from supplier_sla.landing.readers import text as text_module
from supplier_sla.landing.readers.json_lines import JsonLinesReader
from supplier_sla.landing.refusal import FileRefused

EXPECTED = ("id", "fields.status.name", "labels")

Found = tuple[list[tuple[int, list[str], dict[str, str]]], list[BrokenRecord]]


def read(content: str | bytes, *, encoding: str = "utf-8") -> Found:
    """Records with their line and extras, and the broken lines."""
    data = content if isinstance(content, bytes) else content.encode()
    good: list[tuple[int, list[str], dict[str, str]]] = []
    broken: list[BrokenRecord] = []
    for batch in JsonLinesReader(io.BytesIO(data), encoding=encoding, expected=EXPECTED).batches():
        good.extend(zip(batch.lines, map(list, batch.records), map(dict, batch.extras), strict=True))
        broken.extend(batch.broken)
    return good, broken


def test_nested_values_go_by_path_and_the_others_are_kept_by_theirs() -> None:
    good, broken = read(
        '{"id": "T1", "fields": {"status": {"name": "Open", "id": 3}, "owner": null}, "labels": ["a", {"b": 1.50}]}\n'
        "\n"
        '{"ID": 7, "vip": true, "empty": {}}\n'
    )
    assert good == [
        (1, ["T1", "Open", '["a",{"b":1.50}]'], {"fields.status.id": "3", "fields.owner": ""}),
        (3, ["7", "", ""], {"vip": "true", "empty": "{}"}),
    ]
    assert broken == []


def test_an_object_that_is_asked_for_comes_as_a_whole() -> None:
    assert read('{"id": 1, "labels": {"x": {"y": "ü"}}}\n')[0] == [(1, ["1", "", '{"x":{"y":"ü"}}'], {})]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0.1", "0.1"),
        ("12.50", "12.50"),
        ("12345678901234567890", "12345678901234567890"),
        ("0.30000000000000000001", "0.30000000000000000001"),
        ("1.5e3", "1500"),
        ("-2E-3", "-0.002"),
        ("1e999999", "1E+999999"),
        ("true", "true"),
        ("false", "false"),
        ("null", ""),
    ],
)
def test_numbers_come_as_they_are_written(number: str, text: str) -> None:
    assert read(f'{{"id": {number}}}\n')[0] == [(1, [text, "", ""], {})]


@pytest.mark.parametrize(
    ("line", "reason_code", "column"),
    [
        pytest.param(b'{"id": "T2", "fie', "malformed_json", None, id="cut off"),
        pytest.param(b'{"id": NaN}', "malformed_json", None, id="NaN"),
        pytest.param(b'{"id": 1, "id": 2}', "malformed_json", None, id="name twice"),
        pytest.param(b'{"id": 1, "ID": 2}', "malformed_json", None, id="name in two spellings"),
        pytest.param(
            b'{"fields.status.name": 1, "fields": {"status": {"name": 2}}}', "malformed_json", None, id="path"
        ),
        pytest.param(b'["T2"]', "not_an_object", None, id="list"),
        pytest.param(b'"T2"', "not_an_object", None, id="text"),
        pytest.param(b'{"id": "a\\u0000b"}', "nul_byte", "id", id="NUL, escaped"),
        pytest.param(b'{"id": "a\0b"}', "nul_byte", None, id="NUL"),
        pytest.param(b'{"x": "\\ud800"}', "undecodable_bytes", "x", id="half a surrogate pair"),
        pytest.param(b'{"id": "\xe9"}', "undecodable_bytes", None, id="latin-1 bytes"),
        pytest.param(b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "malformed_json", None, id="nested too deeply"),
    ],
)
def test_a_broken_line_is_reported_and_reading_goes_on(line: bytes, reason_code: str, column: str | None) -> None:
    good, broken = read(b'{"id": "T1"}\n' + line + b'\n{"id": "T3"}\n')
    assert [(number, record[0]) for number, record, _ in good] == [(1, "T1"), (3, "T3")]
    (found,) = broken
    assert (found.line, found.reason_code, found.column) == (2, reason_code, column)
    assert "\0" not in found.text + found.found
    (found.text + found.found).encode("utf-8")


def test_the_columns_found_are_those_that_the_beginning_names() -> None:
    reader = JsonLinesReader(io.BytesIO(b'{"id": 1, "x": 2}\n{"y": 3}\n'), encoding="utf-8", expected=EXPECTED)
    assert reader.header == EXPECTED
    assert reader.columns_found == ("id", "x", "y")


def test_a_name_that_comes_late_finds_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", 20)
    reader = JsonLinesReader(
        io.BytesIO(b'{"id": "T1"}\n' * 5 + b'{"labels": "late", "z": 1}\n'), encoding="utf-8", expected=EXPECTED
    )
    records = [record for batch in reader.batches() for record in batch.records]
    assert records[-1] == ["", "", "late"]
    assert list(reader.extra_names) == ["z"]


def test_a_record_of_sixty_columns_keeps_every_one() -> None:
    wide = {f"column_{number}": {"value": number} for number in range(60)}
    ((_, record, extras),) = read(json.dumps({"id": "T1", **wide}))[0]
    assert record == ["T1", "", ""]
    assert extras == {f"column_{number}.value": str(number) for number in range(60)}


def test_utf_16_with_its_mark_is_read() -> None:
    assert read('{"id": "中"}\n'.encode("utf-16"), encoding="detect")[0] == [(1, ["中", "", ""], {})]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param("\n \n", "the file is empty", id="blank lines only"),
        pytest.param('[\n  {"id": 1}\n]', "one JSON document over many lines", id="list"),
        pytest.param('{\n  "id": 1\n}', "one JSON document over many lines", id="pretty-printed"),
        pytest.param("id,text\n1,one\n", "found id,text", id="CSV"),
    ],
)
def test_a_file_that_is_no_json_lines_is_refused(content: str, complaint: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    assert complaint in str(refusal.value)
