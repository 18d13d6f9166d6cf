"""The same rows as a file of each format, written by the libraries that people write them with."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

Header = Sequence[str]
Rows = Sequence[Sequence[str]]


def delimited(header: Header, rows: Rows, *, delimiter: str = ",") -> bytes:
    """CSV, or TSV with a tab."""
    buffer = io.StringIO()
    # An empty text alone on its line would be a blank line: quotes keep it a record.
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    return buffer.getvalue().encode()


def tab_separated(header: Header, rows: Rows) -> bytes:
    """TSV."""
    return delimited(header, rows, delimiter="\t")


def json_lines(header: Header, rows: Rows) -> bytes:
    """One object per line, empty values as null."""
    records = [{name: value or None for name, value in zip(header, row, strict=True)} for row in rows]
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def json_document(header: Header, rows: Rows) -> bytes:
    """One list of objects, empty values as null."""
    return json.dumps([{name: value or None for name, value in zip(header, row, strict=True)} for row in rows]).encode()


def workbook(header: Header, rows: Sequence[Sequence[Any]], *, sheet: str = "Sheet", above: Rows = ()) -> bytes:
    """XLSX with one sheet; texts stay texts, whatever they look like; `above` stands over the header."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in [*above, header, *rows]:
        page.append([_text_cell(page, value) if isinstance(value, str) else value for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet(header: Header, rows: Rows) -> bytes:
    """Parquet with columns of text, empty values as null."""
    columns = {
        name: pa.array([row[position] or None for row in rows], pa.string()) for position, name in enumerate(header)
    }
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


WRITERS: dict[str, Callable[[Header, Rows], bytes]] = {
    "csv": delimited,
    "tsv": tab_separated,
    "jsonl": json_lines,
    "json": json_document,
    "xlsx": workbook,
    "parquet": parquet,
}


def with_parts_changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """A workbook one of whose XML parts is rewritten, as another program would have written it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, change(text.decode()).encode() if name == part else text)
    return buffer.getvalue()


def zipped(path: Path, members: Sequence[tuple[str, bytes]]) -> Path:
    """A zip archive with these members, under whatever names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def _text_cell(page: Any, text: str) -> WriteOnlyCell | None:
    """As Office stores it: what XML would change or forbid is escaped, and `=` begins no formula."""
    if not text:
        return None
    escaped = re.sub(r"[\x00-\x08\x0b-\x1f]", lambda sign: f"_x{ord(sign[0]):04X}_", text)
    cell = WriteOnlyCell(page, value=escaped)
    cell.data_type = "s"
    return cell
