"""JSON documents: a list of objects anywhere in them streams like JSON Lines; a damaged document is refused."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplier_sla.landing.readers import BrokenRecord
from supplier_sla.landing.readers import json_document as document_module
from supplier_sla.landing.readers import text as text_module
from supplier_sla.landing.readers.json_document import JsonDocumentReader
from supplier_sla.landing.readers.json_lines import JsonLinesReader
from supplier_sla.landing.refusal import FileRefused

EXPECTED = ("id", "status.name")

Found = tuple[list[tuple[int, list[str], dict[str, str]]], list[BrokenRecord]]


def read(content: str | bytes, *, records: str | None = None, encoding: str = "utf-8") -> Found:
    """Records with their number and extras, and the broken ones."""
    data = content if isinstance(content, bytes) else content.encode()
    good: list[tuple[int, list[str], dict[str, str]]] = []
    broken: list[BrokenRecord] = []
    reader = JsonDocumentReader(io.BytesIO(data), encoding=encoding, expected=EXPECTED, records=records)
    for batch in reader.batches():
        good.extend(zip(batch.lines, map(list, batch.records), map(dict, batch.extras), strict=True))
        broken.extend(batch.broken)
    return good, broken


@pytest.mark.parametrize(
    ("content", "records"),
    [
        pytest.param('[{"id": 1.50, "status": {"name": "ü"}}, {"id": 2, "x": [1]}]', None, id="the list"),
        pytest.param(
            '{"users": [{"tickets": []}, "]}"], "n": 1, "tickets": [{"id": 1.50, "status": {"name": "ü"}}, '
            '{"id": 2, "x": [1]}], "next": null}\n',
            "tickets",
            id="a name of the object",
        ),
        pytest.param(
            ' {\n"Data": {"a": {}, "issues": [ {"id": 1.50, "status": {"name": "ü"}} ,\n{"id": 2, "x": [1]} ] } } ',
            "data.issues",
            id="a path",
        ),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_the_objects_of_the_list_are_numbered_from_one(
    content: str, records: str | None, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", piece)
    good, broken = read(content, records=records)
    assert good == [(1, ["1.50", "ü"], {}), (2, ["2", ""], {"x": "[1]"})]
    assert broken == []


@pytest.mark.parametrize(
    ("element", "reason_code", "column"),
    [
        pytest.param(b"1234567", "not_an_object", None, id="number"),
        pytest.param(b'["a"]', "not_an_object", None, id="list"),
        pytest.param(b"null", "not_an_object", None, id="null"),
        pytest.param(b'{"id": NaN}', "malformed_json", None, id="NaN"),
        pytest.param(b'{"id": 1, "status": {"a": 1, "a": 2}}', "malformed_json", None, id="name twice"),
        pytest.param(b'{"id": 1, "ID": 2}', "malformed_json", None, id="name in two spellings"),
        pytest.param(b'{"id": "a\\u0000b"}', "nul_byte", "id", id="NUL, escaped"),
        pytest.param(b'{"x": "\\ud800"}', "undecodable_bytes", "x", id="half a surrogate pair"),
        pytest.param(b'{"id": "\xe9"}', "undecodable_bytes", None, id="latin-1 bytes"),
        pytest.param(b'{"a":' * 5_000 + b'"]}"' + b"}" * 5_000, "malformed_json", None, id="nested too deeply"),
    ],
)
@pytest.mark.parametrize("piece", [3, 1 << 20])
def test_an_object_that_is_no_record_is_reported_and_reading_goes_on(
    element: bytes, reason_code: str, column: str | None, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", piece)
    good, broken = read(b'[{"id": "T1"}, ' + element + b',{"id": "T3"}]')
    assert [(number, record[0]) for number, record, _ in good] == [(1, "T1"), (3, "T3")]
    (found,) = broken
    assert (found.line, found.reason_code, found.column) == (2, reason_code, column)


@pytest.mark.parametrize(
    ("content", "records", "complaint"),
    [
        pytest.param("", None, "the file is empty", id="empty"),
        pytest.param(" \n", None, "the file is empty", id="blank"),
        pytest.param('[{"id": 1}', None, "after object 1; expected ,; found the end of the file", id="cut after one"),
        pytest.param('[{"id": 1}, {"id"', None, "after object 1; expected a JSON value", id="cut inside one"),
        pytest.param('[{"id": 1} {"id": 2}]', None, "after object 1; expected ,", id="no comma"),
        pytest.param('[{"id": 1},]', None, "after object 1; expected a JSON value; found ]", id="comma too many"),
        pytest.param('[{"id": 1}][{"id": 2}]', None, "expected the end of the document", id="two documents"),
        pytest.param('{"a": [1', "b", "the end of a list or an object", id="cut in what is passed over"),
        pytest.param('{"tickets": [{"id": 1}]}', None, "found an object; next: set records", id="no path given"),
        pytest.param('{"tickets": [{"id": 1}]}', "issues", "a list at issues", id="another path"),
        pytest.param('{"tickets": {"id": 1}}', "tickets", "a list of objects", id="an object at the path"),
        pytest.param('{"a": [], "a": []}', "a", "expected a once", id="the path twice"),
        pytest.param("id,text\n", None, "a list of objects; found id,text", id="CSV"),
    ],
)
def test_a_damaged_document_is_refused_as_a_whole(content: str, records: str | None, complaint: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(content, records=records)
    assert complaint in str(refusal.value)


def test_an_empty_list_is_no_fault() -> None:
    assert read('{"tickets": []}', records="tickets") == ([], [])


def test_utf_16_with_its_mark_is_read() -> None:
    assert read('[{"id": "中"}]'.encode("utf-16"), encoding="detect")[0] == [(1, ["中", ""], {})]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(JSON, max_size=5), st.dictionaries(st.sampled_from(["a", "b"]), JSON), st.integers(1, 40))
def test_a_document_says_what_the_same_objects_say_as_json_lines(values: list, beside: dict, piece: int) -> None:
    values = [{"id": "T0"}, *values]
    document = json.dumps({**beside, "list": values, "z": beside}, indent=piece % 3 or None)
    lines = "".join(json.dumps(value) + "\n" for value in values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_module, "CHUNK_CHARACTERS", piece)
        good, broken = read(document, records="list")
    reader = JsonLinesReader(io.BytesIO(lines.encode()), encoding="utf-8", expected=EXPECTED)
    (batch,) = reader.batches()
    assert good == list(zip(batch.lines, batch.records, batch.extras, strict=True))
    assert [(one.line, one.reason_code) for one in broken] == [(one.line, one.reason_code) for one in batch.broken]


def test_memory_does_not_grow_with_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", 1 << 12)
    monkeypatch.setattr(document_module, "OBJECTS_OF_A_BATCH", 100)

    def peak(object_count: int) -> int:
        element = b'{"id": "T1", "status": {"name": "open"}}'
        objects = b",".join([element] * object_count)
        stream = io.BytesIO(b'{"skipped": [' + objects + b'], "list": [' + objects + b"]}")
        tracemalloc.start()
        reader = JsonDocumentReader(stream, encoding="utf-8", expected=EXPECTED, records="list")
        assert sum(len(batch.records) for batch in reader.batches()) == object_count
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(8_000) < 1.2 * peak(2_000)
