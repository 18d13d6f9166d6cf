"""With `each` every element of an array is a record, with what encloses it, and can be found again."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest

from supplier_sla.landing.profiles.reader_options import BeforeFirst, is_below
from supplier_sla.landing.readers.json_document import JsonDocumentReader
from supplier_sla.landing.readers.json_lines import JsonLinesReader
from supplier_sla.landing.readers.json_objects import ObjectOptions
from supplier_sla.landing.readers.records import BrokenRecord, RecordReader
from supplier_sla.landing.refusal import FileRefused

EACH = "changelog.histories[].items[]"
EXPECTED = (
    "key",
    "changelog.histories[].created",
    "changelog.histories[].items[].field",
    "changelog.histories[].items[#]",
)

ISSUE = {
    "key": "S-1",
    "fields": {"summary": "lift"},
    "changelog": {
        "total": 2,
        "histories": [
            {"created": "t1", "id": "10", "items": [{"field": "status", "to": "2"}, {"field": "priority"}]},
            {"created": "t2", "id": "11", "items": []},
            {"created": "t3", "id": "12", "items": [{"field": "status", "to": "3"}]},
        ],
    },
}


def opened(
    objects: Sequence[Any], *, each: str = EACH, expected: Sequence[str] = EXPECTED, not_kept: Sequence[str] = ()
) -> RecordReader:
    """The objects as JSON Lines."""
    content = "".join(json.dumps(value) + "\n" for value in objects)
    return JsonLinesReader(
        io.BytesIO(content.encode()),
        encoding="utf-8",
        expected=expected,
        options=ObjectOptions(each=each, not_kept=tuple(not_kept)),
    )


def read(reader: RecordReader) -> tuple[dict[int, list[str]], list[dict[str, str]], list[BrokenRecord]]:
    """Records by line, extras, broken ones; no line comes twice."""
    batches = list(reader.batches())
    lines = [line for batch in batches for line in batch.lines]
    broken = [damaged for batch in batches for damaged in batch.broken]
    assert len({*lines, *(damaged.line for damaged in broken)}) == len(lines) + len(broken)
    records = [list(record) for batch in batches for record in batch.records]
    return dict(zip(lines, records, strict=True)), [dict(e) for batch in batches for e in batch.extras], broken


def test_every_element_is_a_record_with_what_encloses_it() -> None:
    records, extras, broken = read(opened([ISSUE, {**ISSUE, "key": "S-2"}]))
    assert records == {
        1_000_001: ["S-1", "t1", "status", "1"],
        1_000_002: ["S-1", "t1", "priority", "2"],
        1_000_003: ["S-1", "t3", "status", "1"],
        2_000_001: ["S-2", "t1", "status", "1"],
        2_000_002: ["S-2", "t1", "priority", "2"],
        2_000_003: ["S-2", "t3", "status", "1"],
    }
    assert broken == []
    to = "changelog.histories[].items[].to"
    identifier = "changelog.histories[].id"
    # What encloses several elements is kept once, beside the first of them.
    assert extras[:3] == [
        {"fields.summary": "lift", "changelog.total": "2", identifier: "10", to: "2"},
        {},
        {identifier: "12", to: "3"},
    ]


@pytest.mark.parametrize(
    "changelog", [None, {}, {"histories": None}, {"histories": []}, {"histories": [{"items": []}]}]
)
def test_an_object_without_elements_gives_no_record_and_is_counted(changelog: Any) -> None:
    reader = opened([{"key": "S-0", "changelog": changelog}, {"key": "S-9"}, ISSUE])
    assert set(EXPECTED) <= set(reader.columns_found)
    records, _, broken = read(reader)
    assert (len(records), broken, reader.objects_without_records) == (3, [], 2)


def test_a_file_without_any_element_is_not_taken_for_another_kind_of_file() -> None:
    reader = opened([{"key": "S-0"}])
    assert set(EXPECTED) <= set(reader.columns_found)
    assert read(reader) == ({}, [], [])


@pytest.mark.parametrize(
    ("changelog", "line", "reason_code"),
    [
        pytest.param({"histories": "x"}, 1_000_000, "not_a_list", id="text instead of the list"),
        pytest.param("x", 1_000_000, "not_a_list", id="text on the way to the list"),
        pytest.param({"histories": ["x"]}, 1_000_001, "not_an_object", id="text instead of an object"),
        pytest.param({"histories": [{"items": 7}]}, 1_000_001, "not_a_list", id="number instead of the inner list"),
        pytest.param({"histories": [{"items": [{"a": "\0"}]}]}, 1_000_001, "nul_byte", id="NUL in an element"),
        pytest.param(
            {"histories": [{"created": 1, "Created": 2, "items": [{}, {}]}]},
            1_000_001,
            "malformed_json",
            id="name twice",
        ),
    ],
)
def test_only_what_is_damaged_is_broken(changelog: Any, line: int, reason_code: str) -> None:
    records, _, broken = read(opened([{"key": "S-1", "changelog": changelog}, ISSUE]))
    assert [(damaged.line, damaged.reason_code) for damaged in broken] == [(line, reason_code)]
    assert list(records) == [2_000_001, 2_000_002, 2_000_003]


def test_the_elements_beside_a_damaged_one_are_records() -> None:
    items = [{"field": "a"}, "b", {"field": "c\0"}, {"field": "d"}]
    records, _, broken = read(opened([{"key": "S-1", "changelog": {"histories": [{"items": items}]}}]))
    assert records == {
        1_000_001: ["S-1", "", "a", "1"],
        1_000_002: ["S-1", "", "", "2"],
        1_000_004: ["S-1", "", "d", "4"],
    }
    assert [damaged.line for damaged in broken] == [1_000_003]


def test_plain_values_of_a_list_are_addressed_by_the_path_of_the_list() -> None:
    reader = opened([{"id": 1, "tags": ["vip", 2.50]}], each="tags[]", expected=("id", "tags[]"))
    assert read(reader)[0] == {1_000_001: ["1", "vip"], 1_000_002: ["1", "2.5"]}


def test_what_is_declared_as_not_kept_is_not_kept() -> None:
    _, extras, _ = read(opened([ISSUE], not_kept=("FIELDS", "changelog.total", "changelog.histories[].id")))
    assert extras == [{"changelog.histories[].items[].to": "2"}, {}, {"changelog.histories[].items[].to": "3"}]
    records, extras, _ = read(opened([ISSUE], not_kept=("*",)))
    assert records[1_000_001] == ["S-1", "t1", "status", "1"]
    assert extras == [{}, {}, {}]


@pytest.mark.parametrize(
    ("name", "is_covered"),
    [
        ("Comment", True),
        ("comment.2", True),
        ("Comments", False),
        ("fields", False),
        ("IPAddress", True),
        ("a[].b", True),
    ],
)
def test_a_name_covers_what_lies_below_it(name: str, is_covered: bool) -> None:
    assert is_below(name, ["Comment", "fields.creator", "IP*", "a"]) is is_covered


def test_in_a_document_the_object_is_found_by_its_number() -> None:
    content = json.dumps({"issues": [{"key": "S-0"}, ISSUE]}).encode()
    reader = JsonDocumentReader(
        io.BytesIO(content), encoding="utf-8", expected=EXPECTED, records="issues", options=ObjectOptions(each=EACH)
    )
    assert list(read(reader)[0]) == [2_000_001, 2_000_002, 2_000_003]
    assert reader.objects_without_records == 1


def test_more_elements_than_positions_refuse_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplier_sla.landing.readers.json_objects.POSITIONS_OF_A_LINE", 4)
    assert len(read(opened([ISSUE]))[0]) == 3
    four = {"histories": [*ISSUE["changelog"]["histories"], ISSUE["changelog"]["histories"][2]]}  # type: ignore[index]
    with pytest.raises(FileRefused, match="fewer than 4 elements"):
        opened([{"key": "S-1", "changelog": four}])


def test_what_held_before_the_first_change_is_a_record_of_its_own() -> None:
    prefix = "changelog.histories[]."

    def change(number: str, field: str, old: str | None, new: str) -> dict[str, Any]:
        item = {"field": field, "fromString": old, "toString": new}
        return {"id": number, "created": f"t{number}", "items": [item]}

    issue = {
        "key": "S-1",
        "fields": {"created": "t0"},
        "changelog": {
            "histories": [  # the newest first, as the tool may deliver them
                change("101", "status", "Waiting", "Resolved"),
                change("100", "Priority", "High", "Low"),
                change("99", "status", "Open", "Waiting"),
                change("9", "priority", "Medium", "High"),
                change("8", "", "x", "y"),
            ]
        },
    }
    reader = JsonLinesReader(
        io.BytesIO(json.dumps(issue).encode()),
        encoding="utf-8",
        expected=("key", f"{prefix}created", f"{prefix}items[].field", f"{prefix}items[].toString"),
        options=ObjectOptions(
            each=EACH,
            before_first=BeforeFirst(
                of=f"{prefix}items[].field",
                by=f"{prefix}id",
                instead={
                    f"{prefix}created": "fields.created",
                    f"{prefix}items[].toString": f"{prefix}items[].fromString",
                },
            ),
        ),
    )
    positions = [
        reader.header.index(name)
        for name in (f"{prefix}created", f"{prefix}items[].field", f"{prefix}items[].toString")
    ]
    records = {line: [record[position] for position in positions] for line, record in read(reader)[0].items()}
    assert list(records) == [1_000_000 + position for position in range(1, 8)]
    assert [records[1_000_006], records[1_000_007]] == [["t0", "status", "Open"], ["t0", "priority", "Medium"]]


def test_the_object_may_be_a_record_too() -> None:
    content = "".join(json.dumps(issue) + "\n" for issue in (ISSUE, {"key": "S-0", "x": 1}))
    reader = JsonLinesReader(
        io.BytesIO(content.encode()),
        encoding="utf-8",
        expected=EXPECTED,
        options=ObjectOptions(each=EACH, with_object=True),
    )
    records, extras, _ = read(reader)
    assert list(records) == [1_000_001, 1_000_002, 1_000_003, 1_000_004, 2_000_001]
    assert [records[1_000_004], records[2_000_001]] == [["S-1", "", "", ""], ["S-0", "", "", ""]]
    assert extras[3:] == [{}, {"x": "1"}]
    assert reader.objects_without_records == 0
