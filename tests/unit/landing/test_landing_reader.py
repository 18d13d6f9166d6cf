"""Every record of a file comes out, whole or broken, with the line on which it begins."""

from __future__ import annotations

import csv
import io
import random

import pytest

from supplier_sla.landing.readers import Batch, BrokenRecord
from supplier_sla.landing.readers import text as text_module
from supplier_sla.landing.readers.delimited import DelimitedReader
from supplier_sla.landing.readers.header import HeaderOptions
from supplier_sla.landing.refusal import FileRefused

GoodRecord = tuple[int, list[str]]


def read(
    content: bytes,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    quote: str | None = '"',
    header_row: int | None = None,
) -> tuple[tuple[str, ...], list[GoodRecord], list[BrokenRecord]]:
    reader = DelimitedReader(
        io.BytesIO(content),
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header=HeaderOptions(header_row=header_row),
    )
    good: list[GoodRecord] = []
    broken: list[BrokenRecord] = []
    for batch in reader.batches():
        good.extend(zip(batch.lines, map(list, batch.records), strict=True))
        broken.extend(batch.broken)
    return reader.header, good, broken


def test_records_come_with_the_line_on_which_they_begin() -> None:
    header, good, broken = read(b'id,text\n1,one\n2,"two\nlines, quoted ""twice"""\n\n3,three')
    assert header == ("id", "text")
    assert good == [(2, ["1", "one"]), (3, ["2", 'two\nlines, quoted "twice"']), (6, ["3", "three"])]
    assert broken == []


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param("\ufeffid,text\n1,é\n".encode(), "utf-8", id="UTF-8 byte order mark"),
        pytest.param("\ufeffid,text\n1,é\n".encode("utf-16-le"), "utf-8", id="UTF-16 byte order mark"),
        pytest.param("id,text\n1,é\n".encode("latin-1"), "latin-1", id="encoding of the profile"),
    ],
)
def test_a_byte_order_mark_goes_before_the_encoding_of_the_profile(content: bytes, encoding: str) -> None:
    assert read(content, encoding=encoding)[:2] == (("id", "text"), [(2, ["1", "é"])])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_encoding_that_can_be_told_from_the_bytes_is_detected(encoding: str) -> None:
    content = "id,text\n1,é中\n".encode(encoding)
    assert read(content, encoding="detect") == (("id", "text"), [(2, ["1", "é中"])], [])


def test_bytes_whose_encoding_cannot_be_told_are_not_guessed() -> None:
    _, good, broken = read("id,text\n1,é\n2,e\n".encode("cp1252"), encoding="detect")
    assert good == [(3, ["2", "e"])]
    assert [(found.line, found.reason_code, found.expected) for found in broken] == [
        (2, "undecodable_bytes", "utf-8 text")
    ]


def test_lines_above_the_header_row_are_skipped_whatever_they_hold() -> None:
    content = b'Report of "June\n\nfrom,to\nid,text\n1,one\n'
    reader = DelimitedReader(io.BytesIO(content), encoding="utf-8", delimiter=",", header=HeaderOptions(header_row=4))
    assert reader.lines_skipped == 3
    assert read(content, header_row=4) == (("id", "text"), [(5, ["1", "one"])], [])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"id,text\n1,one\n", "found a file of 2 lines", id="file too short"),
        pytest.param(b"a\nb\n\nid,text\n", "found a blank line", id="blank line there"),
    ],
)
def test_a_header_row_that_is_missing_refuses_the_file(content: bytes, complaint: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(content, header_row=3)
    assert "column names on line 3" in str(refusal.value)
    assert complaint in str(refusal.value)


def test_quotes_are_what_the_profile_says() -> None:
    assert read(b"id;text\n1;'a;b'\n", delimiter=";", quote="'")[1] == [(2, ["1", "a;b"])]
    assert read(b'id\ttext\n1\t6" pipe\n', delimiter="\t", quote=None)[1] == [(2, ["1", '6" pipe'])]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(line_end: str) -> None:
    _, good, broken = read(line_end.join(["id,text", "1,one", "", "2,two", ""]).encode())
    assert good == [(2, ["1", "one"]), (4, ["2", "two"])]
    assert broken == []


def test_spreadsheet_formulas_quotes_and_backslashes_come_through_unchanged() -> None:
    values = ["=1+1", "-2+3", '@SUM("A1")', "\\.", "\\N", "a\tb", "Ünïcødé 中文 😀", " spaces "]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "text"], *([str(number), value] for number, value in enumerate(values))])
    _, good, broken = read(buffer.getvalue().encode())
    assert [cells[1] for _, cells in good] == values
    assert broken == []


@pytest.mark.parametrize(
    ("bad_lines", "reason_code", "column"),
    [
        pytest.param(b"2", "wrong_field_count", None, id="truncated line"),
        pytest.param(b"2,two,more", "wrong_field_count", None, id="too many fields"),
        pytest.param(b"2,t\0o", "nul_byte", "text", id="NUL byte"),
        pytest.param(b"2,\xe9t\xe9", "undecodable_bytes", "text", id="latin-1 bytes"),
        pytest.param(b'2,"two', "malformed_quotes", None, id="unterminated quote"),
        pytest.param(b'2,"two" too', "malformed_quotes", None, id="text after a closing quote"),
        pytest.param(b"2," + b"x" * 200_000, "field_too_long", None, id="field over the size limit"),
    ],
)
def test_a_broken_line_is_reported_and_reading_goes_on(bad_lines: bytes, reason_code: str, column: str | None) -> None:
    _, good, broken = read(b"id,text\n1,one\n" + bad_lines + b"\n3,three\n4,four\n")
    assert good == [(2, ["1", "one"]), (4, ["3", "three"]), (5, ["4", "four"])]
    (found,) = broken
    assert (found.line, found.reason_code, found.column) == (3, reason_code, column)
    assert "\0" not in found.text + found.found
    (found.text + found.found).encode("utf-8")


def test_a_file_that_is_cut_off_loses_only_its_last_record() -> None:
    _, good, broken = read(b'id,text\n1,one\n2,"tw')
    assert good == [(2, ["1", "one"])]
    assert [(found.line, found.reason_code) for found in broken] == [(3, "malformed_quotes")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b"\n\n", "the file is empty", id="blank lines only"),
        pytest.param(b"id,ID\n1,2\n", "ID twice", id="duplicate header"),
        pytest.param(b"id,,text\n", "column 2 without one", id="unnamed column"),
        pytest.param(b"id,\xe9\n", "encoding of the profile", id="undecodable header"),
        pytest.param(b"PK\x03\x04\0\0\n", "encoding of the profile", id="spreadsheet named csv"),
        pytest.param(b'id,"te"xt\n', "closed quotes", id="stray quote"),
        pytest.param("\ufeffid\n".encode("utf-16-le") + b"\n", "text in utf-16", id="half a character"),
    ],
)
def test_a_header_that_cannot_name_columns_refuses_the_file(content: bytes, complaint: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    assert complaint in str(refusal.value)


def test_a_line_without_end_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", 100)
    monkeypatch.setattr(text_module, "LONGEST_LINE_CHARACTERS", 1_000)
    with pytest.raises(FileRefused, match="line 3"):
        read(b"id,text\n1,one\n" + b"x," * 1_000)


def test_where_the_file_is_cut_into_chunks_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also proves the fast and the careful way equal: with tiny chunks nearly every record takes the careful one."""
    draw = random.Random(311)
    pieces = ["1,one", '2,"a ""quoted"" text"', '3,"two\r\nlines"', "", "4", '5,"stray', "6,n\0l", "7,中文"]
    content = "id,text\r\n" + "".join(draw.choice(pieces) + draw.choice(["\n", "\r\n"]) for _ in range(400))
    whole = read(content.encode())
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", size)
        assert read(content.encode()) == whole


def test_the_fast_way_is_taken_for_a_clean_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "CHUNK_CHARACTERS", 1_000)
    parsed: list[int] = []
    carefully = DelimitedReader._parse_carefully

    def noting(self: DelimitedReader, chunk: text_module.Chunk) -> Batch:
        parsed.append(len(chunk.lines))
        return carefully(self, chunk)

    monkeypatch.setattr(DelimitedReader, "_parse_carefully", noting)
    _, good, _ = read(b"id,text\n" + b'1,"one, two"\n' * 10_000)
    assert len(good) == 10_000
    assert sum(parsed) < 200, "only the chunk of the header and the unfinished last line"
