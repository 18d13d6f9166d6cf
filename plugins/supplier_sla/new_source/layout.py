"""How the records of a file are laid out: format, encoding, delimiter, header; and the first of them, read with
that."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from supplier_sla.landing.encodings import BYTE_ORDER_MARKS, DETECT, encoding_of
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.readers.delimited import DelimitedReader
from supplier_sla.landing.readers.header import HeaderOptions
from supplier_sla.landing.readers.json_document import JsonDocumentReader, first_objects, path_of_list
from supplier_sla.landing.readers.json_lines import JsonLinesReader
from supplier_sla.landing.readers.parquet import ParquetReader
from supplier_sla.landing.readers.records import RecordReader
from supplier_sla.landing.readers.spreadsheet import SpreadsheetReader
from supplier_sla.landing.refusal import FileRefused
from supplier_sla.new_source.beginning import Beginning
from supplier_sla.new_source.formats import fitting_formats

MOST_RECORDS = 5_000
MOST_HEADER_ROWS = 30

_DELIMITERS = (",", ";", "\t", "|")
# Signs, punctuation and full-width forms.
_CHINESE = (("\u4e00", "\u9fff"), ("\u3000", "\u303f"), ("\uff00", "\uffef"))
_IMPORT_ID = '{"ImportId"'


@dataclass
class Layout:
    """Options of a file profile that differ from their defaults, what is doubtful about them, and the first records."""

    options: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    records: list[Mapping[str, str]] = field(default_factory=list)
    broken_count: int = 0


def find_layout(beginning: Beginning) -> Layout:
    """Decide how to read a file, and read its first records; raises FileRefused if that cannot be done."""
    layout = Layout(remarks=list(beginning.remarks))
    if beginning.kind == "parquet":
        layout.options["format"] = "parquet"
        with beginning.stream() as stream:
            _read(layout, ParquetReader(stream, limits=UnpackLimits()))
    elif beginning.kind == "xlsx":
        _find_workbook(layout, beginning)
    else:
        _find_text(layout, beginning)
    if not layout.records:
        raise FileRefused(beginning.name, expected="records below the column names", found="none that can be read")
    return layout


def _find_workbook(layout: Layout, beginning: Beginning) -> None:
    layout.options["format"] = "xlsx"
    with beginning.stream() as stream:
        SpreadsheetReader(stream, sheet=None, limits=UnpackLimits(), header=HeaderOptions(repeated_columns="number"))
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=True)
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        if len(book.worksheets) > 1:
            layout.options["sheet"] = sheet.title
            others = ", ".join(other.title for other in book.worksheets if other is not sheet)
            layout.remarks.append(f"the workbook has other sheets, too: {others}")
        top = sheet.iter_rows(max_row=MOST_HEADER_ROWS, values_only=True)
        rows = [["" if value is None else str(value) for value in row] for row in top]
        header = _find_header(layout, [(number, _trimmed(row)) for number, row in enumerate(rows, start=1)])
        stream.seek(0)
        _read(
            layout, SpreadsheetReader(stream, sheet=layout.options.get("sheet"), header=header, limits=UnpackLimits())
        )


def _find_text(layout: Layout, beginning: Beginning) -> None:
    text = _decoded(layout, beginning)
    first = text.lstrip()[:1]
    if first in ("{", "["):
        _find_json(layout, text, is_whole=beginning.is_whole)
        return
    layout.options["format"] = "csv"
    quote = _quote_of(text)
    delimiter, rows = max(
        ((sign, _rows(text, sign, quote)) for sign in _DELIMITERS), key=lambda found: _regularity(found[1])
    )
    layout.options["delimiter"] = delimiter
    if quote != '"':
        layout.options["quote"] = quote
    header = _find_header(layout, rows)
    stream = io.BytesIO(text.encode("utf-8", "surrogateescape"))
    _read(layout, DelimitedReader(stream, encoding="utf-8", delimiter=delimiter, quote=quote, header=header))


def _decoded(layout: Layout, beginning: Beginning) -> str:
    """The text up to its last whole line, without its byte order mark; the encoding is noted."""
    content = beginning.content
    encoding = encoding_of(io.BytesIO(content), DETECT)
    if encoding == "utf-8" and not _is_text_in("utf-8", content, is_whole=beginning.is_whole):
        encoding = _guessed_encoding(content)
        layout.options["encoding"] = encoding
        layout.remarks.append(f"it is not UTF-8; that it is {encoding} is a guess: look at its names and texts")
    else:
        layout.options["encoding"] = (
            DETECT if encoding in (*BYTE_ORDER_MARKS.values(), "utf-16-le", "utf-16-be") else encoding
        )
    text = content.decode(encoding, "replace" if encoding not in ("utf-8", "utf-8-sig") else "surrogateescape")
    if not beginning.is_whole:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    return text


def _is_text_in(encoding: str, content: bytes, *, is_whole: bool) -> bool:
    # Where the beginning was cut, its last character may be cut, too.
    for end in range(len(content), len(content) - (1 if is_whole else 5), -1):
        try:
            content[:end].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _guessed_encoding(content: bytes) -> str:
    """GB 18030 if what is not ASCII comes in pairs that read as Chinese, else the Western code page of Windows."""
    runs = re.findall(rb"[\x80-\xff]+", content)
    pairs = sum(len(run) % 2 == 0 for run in runs)
    foreign = [sign for sign in content.decode("gb18030", "replace") if ord(sign) > 127]
    chinese = sum(any(first <= sign <= last for first, last in _CHINESE) for sign in foreign)
    return "gb18030" if pairs > 0.8 * len(runs) and chinese > 0.9 * len(foreign) else "cp1252"


def _quote_of(text: str) -> str | None:
    single = sum(text.count(f"{sign}'") + text.count(f"'{sign}") for sign in _DELIMITERS)
    return "'" if '"' not in text and single > 4 else '"'


def _rows(text: str, delimiter: str, quote: str | None) -> list[tuple[int, list[str]]]:
    """The first rows with the line on which each begins."""
    found: list[tuple[int, list[str]]] = []
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    before = 0
    try:
        for row in reader:
            if row:
                found.append((before + 1, row))
            before = reader.line_num
            if len(found) >= 200:
                break
    except csv.Error:
        pass
    return found


def _regularity(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[float, int]:
    """The share of rows that have the usual number of fields, and that number. A single field is no delimiter's."""
    if not rows:
        return 0.0, 0
    widths = Counter(len(row) for _, row in rows if len(row) > 1)
    width, count = max(widths.items(), key=lambda found: (found[1], found[0]), default=(1, 0))
    return count / len(rows), width


def _find_header(layout: Layout, rows: Sequence[tuple[int, Sequence[str]]]) -> HeaderOptions:
    """Where the column names stand: the first row as wide as the records and without data in it."""
    width = _regularity(rows)[1]
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    at = next((index for index, (_, row) in enumerate(filled) if _may_name(row, width)), None)
    if at is None or any(_is_data(cell) for cell in filled[at][1]):
        raise FileRefused(
            "the header", expected="a row of column names above the records", found="data, or nothing",
            next_step="deliver it with column names",
        )  # fmt: skip
    number, names = filled[at]
    options: dict[str, Any] = {}
    if at > 0:
        options["header_row"] = number
    below = [row for _, row in filled[at + 1 : at + 3]]
    if any(cell.startswith(_IMPORT_ID) for row in below[1:2] for cell in row):
        options["skip_after_header"] = 2
        layout.remarks.append("a survey with the header of Qualtrics: survey_tool.yml reads such files, start from it")
    elif any(not name.strip() for name in names) and below:
        options["header_rows"] = 2
        layout.remarks.append("columns without a name on the first row of the header take theirs from the second, too")
    header = HeaderOptions(**options)
    joined = [name.casefold().strip() for name in names]
    if header.header_rows == 1 and len(set(joined)) < len(joined):
        options["repeated_columns"] = "number"
    layout.options.update(options)
    return HeaderOptions(**options)


def _may_name(row: Sequence[str], width: int) -> bool:
    filled = sum(bool(cell.strip()) for cell in row)
    return len(row) == width and filled > 0.5 * width


def _is_data(cell: str) -> bool:
    text = cell.strip()
    return bool(fitting_formats(text)) or text.lstrip("-").replace(".", "", 1).isdigit()


def _find_json(layout: Layout, text: str, *, is_whole: bool) -> None:
    stream = io.BytesIO(text.encode("utf-8", "surrogateescape"))
    line = text.lstrip().splitlines()[0]
    if _is_object(line) and (path_of_list(text) is None or "\n{" in text.strip()):
        layout.options["format"] = "jsonl"
        _read(layout, JsonLinesReader(stream, encoding="utf-8", expected=()))
        return
    layout.options["format"] = "json"
    path = path_of_list(text)
    if path is None:
        raise FileRefused("the JSON document", expected="a list of objects near its beginning", found="none")
    if path:
        layout.options["records"] = path
    if is_whole:
        _read(layout, JsonDocumentReader(stream, encoding="utf-8", expected=(), records=path or None))
        return
    # A document of which only the beginning is known ends in the middle: its whole objects are read as lines.
    objects = "\n".join(" ".join(found.splitlines()) for found in first_objects(text, path))
    _read(
        layout, JsonLinesReader(io.BytesIO(objects.encode("utf-8", "surrogateescape")), encoding="utf-8", expected=())
    )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _read(layout: Layout, reader: RecordReader) -> None:
    names: dict[str, None] = dict.fromkeys(reader.header)
    for record in islice(_records(layout, reader), MOST_RECORDS):
        names.update(dict.fromkeys(record))
        layout.records.append(record)
    layout.columns = tuple(names)


def _records(layout: Layout, reader: RecordReader) -> Iterator[Mapping[str, str]]:
    for batch in reader.batches():
        layout.broken_count += len(batch.broken)
        for position, record in enumerate(batch.records):
            values = dict(zip(reader.header, record, strict=True))
            yield {**values, **batch.extras[position]} if batch.extras else values


def _trimmed(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells
