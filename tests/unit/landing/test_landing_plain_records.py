"""Lines that go into the database as they are: the same records as the parser's, or none."""

from __future__ import annotations

import csv
import io
import random

import pytest

from supplier_sla.landing.copying import encode_rows
from supplier_sla.landing.readers.plain import plain_records
from supplier_sla.landing.readers.text import Chunk

WIDTH = 3


def chunk(text: str) -> Chunk:
    return Chunk(text, None if "\0" in text else text.encode("utf-8"))


def parsed(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_plain_lines_are_the_records_that_a_parser_finds_and_the_same_copy_data(delimiter: str) -> None:
    draw = random.Random(311)
    values = ["", "a", "中文 😀", "two words", "a\\b", "tab\there", ",", ";", "'", "\x85", "\u2028", '"q"', "a\rb", " "]
    taken = 0
    for _ in range(2_000):
        end = draw.choice(["\n", "\r\n"])
        rows = [delimiter.join(draw.choices(values, k=draw.choice([3, 3, 3, 3, 2]))) for _ in range(draw.randrange(3))]
        text = "".join(row + end for row in rows)
        records = plain_records(chunk(text), delimiter=delimiter, quote='"', width=WIDTH)
        if records is None:
            continue
        taken += 1
        expected = parsed(text, delimiter)
        assert list(records) == expected
        assert [records.have_value(i) for i in range(WIDTH)] == [all(row[i] for row in expected) for i in range(WIDTH)]
        assert encode_rows(records, range(2, 2 + len(rows))) == encode_rows(expected, range(2, 2 + len(rows)))
    assert taken > 300


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('a,"b",c\n', id="quote"),
        pytest.param("a,b\n", id="too few values"),
        pytest.param("a,b,c,d\n", id="too many values"),
        pytest.param("a,b,c\na,b\n,c,d,e\n", id="too few and too many values"),
        pytest.param("a,b,c\n\n", id="blank line"),
        pytest.param("a,b\0,c\n", id="NUL"),
        pytest.param("a,b,c\rd,e,f\n", id="lone carriage return"),
        pytest.param("a,b,c\r\nd,e,f\n", id="mixed line ends"),
        pytest.param("a,b,c", id="no line end"),
        pytest.param(f"a,{'b' * 200_000},c\n", id="very long value"),
    ],
)
def test_lines_that_need_a_look_are_left_to_the_parser(text: str) -> None:
    assert plain_records(chunk(text), delimiter=",", quote='"', width=WIDTH) is None


def test_a_line_of_one_column_may_be_blank_and_is_left_to_the_parser() -> None:
    assert plain_records(chunk("a\n\n"), delimiter=",", quote='"', width=1) is None
