"""Headers of survey and issue exports, and question columns that become rows."""

from __future__ import annotations

import io
from typing import Any

import pytest

from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.readers.delimited import DelimitedReader
from supplier_sla.landing.readers.header import HeaderOptions, joined_rows
from supplier_sla.landing.readers.records import RecordReader
from supplier_sla.landing.readers.spreadsheet import SpreadsheetReader
from supplier_sla.landing.readers.unpivot import UnpivotedReader
from supplier_sla.landing.refusal import FileRefused
from tests.support.export_files import workbook

QUALTRICS = (
    "StartDate,Q1,Q1_TEXT,Q2,ResponseId\n"
    'Start Date,"How satisfied,\noverall?",Why?,How fast?,Response ID\n'
    '"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}",x,"{""ImportId"":""QID2""}",y\n'
    "2026-01-05,5,fine,,R1\n"
    "2026-01-06,2\n"
    '2026-01-07,"Very\nsatisfied",,4,R2\n'
)


def delimited(content: str, **header: Any) -> DelimitedReader:
    return DelimitedReader(
        io.BytesIO(content.encode()), encoding="utf-8", delimiter=",", header=HeaderOptions(**header)
    )


def read(reader: RecordReader) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """Records with their line; lines of broken ones with the reason."""
    good: list[tuple[int, list[str]]] = []
    broken: list[tuple[int, str]] = []
    for batch in reader.batches():
        good += zip(batch.lines, map(list, batch.records), strict=True)
        broken += [(damaged.line, damaged.reason_code) for damaged in batch.broken]
    return good, broken


def test_each_question_is_a_record_that_is_found_by_line_and_column() -> None:
    reader = UnpivotedReader(delimited(QUALTRICS, skip_after_header=2), columns=["q*"], besides=["*_TEXT"])
    assert reader.header == ("StartDate", "Q1_TEXT", "ResponseId", "question", "answer")
    assert reader.lines_skipped == 3
    assert read(reader) == (
        [
            (5_000_002, ["2026-01-05", "fine", "R1", "Q1", "5"]),
            # No answer is no score, but the question was asked.
            (5_000_004, ["2026-01-05", "fine", "R1", "Q2", ""]),
            (7_000_002, ["2026-01-07", "", "R2", "Q1", "Very\nsatisfied"]),
            (7_000_004, ["2026-01-07", "", "R2", "Q2", "4"]),
        ],
        [(6_000_000, "wrong_field_count")],
    )


def test_a_file_that_ends_within_its_header_has_no_record() -> None:
    reader = delimited("a,b\nx,y\n", skip_after_header=5)
    assert (reader.lines_skipped, read(reader)) == (1, ([], []))


def test_damage_between_the_header_and_the_data_refuses_the_file() -> None:
    with pytest.raises(FileRefused, match="closed quotes"):
        delimited('a,b\n"x,y\n', skip_after_header=1)


@pytest.mark.parametrize(
    ("columns", "names", "complaint"),
    [
        pytest.param(["Z*"], {}, r"no question; expected columns named like Z\*", id="no question"),
        pytest.param(["Q*"], {"question": "responseid"}, "no column responseid", id="name that is taken"),
    ],
)
def test_questions_that_cannot_be_meant_refuse_the_file(
    columns: list[str], names: dict[str, str], complaint: str
) -> None:
    with pytest.raises(FileRefused, match=complaint):
        UnpivotedReader(delimited(QUALTRICS), columns=columns, **names)


def test_names_on_two_rows_are_joined() -> None:
    header = ["Respondent ID", "How satisfied?", "Please rate", "", "", "Comment"]
    below = ["", "Response", "Speed", "Courtesy", "", "Open-Ended Response"]
    assert joined_rows([header, below]) == [
        "Respondent ID",
        "How satisfied? | Response",
        "Please rate | Speed",
        "Please rate | Courtesy",
        "Please rate",
        "Comment | Open-Ended Response",
    ]
    content = "Respondent ID,Please rate,\n,Speed,Courtesy\n1,2,3\n"
    reader = delimited(content, header_rows=2)
    assert reader.header == ("Respondent ID", "Please rate | Speed", "Please rate | Courtesy")
    assert read(reader) == ([(3, ["1", "2", "3"])], [])


def test_a_name_that_comes_again_is_refused_or_numbered() -> None:
    content = "Key,Comment,comment,Comment,Comment.2\n1,a,b,c,d\n"
    with pytest.raises(FileRefused, match=r"comment twice; next: .*repeated_columns: number"):
        delimited(content)
    with pytest.raises(FileRefused, match=r"Comment\.2 twice"):
        delimited(content, repeated_columns="number")
    reader = delimited(content.replace("Comment.2", "Other"), repeated_columns="number")
    assert reader.header == ("Key", "Comment", "comment.2", "Comment.3", "Other")


def test_the_header_of_a_workbook_is_read_in_the_same_way() -> None:
    rows: list[list[Any]] = [["", "Speed", "Speed"], ["{id}", "{1}", "{2}"], ["R1", 4, None], ["R2", 5, 3]]
    reader = SpreadsheetReader(
        io.BytesIO(workbook(["Respondent ID", "Please rate", ""], rows)),
        sheet=None,
        header=HeaderOptions(header_rows=2, skip_after_header=1, repeated_columns="number"),
        limits=UnpackLimits(),
    )
    assert reader.header == ("Respondent ID", "Please rate | Speed", "Please rate | Speed.2")
    assert reader.lines_skipped == 1
    assert read(UnpivotedReader(reader, columns=["Please rate*"]))[0] == [
        (4_000_002, ["R1", "Please rate | Speed", "4"]),
        (4_000_003, ["R1", "Please rate | Speed.2", ""]),
        (5_000_002, ["R2", "Please rate | Speed", "5"]),
        (5_000_003, ["R2", "Please rate | Speed.2", "3"]),
    ]
