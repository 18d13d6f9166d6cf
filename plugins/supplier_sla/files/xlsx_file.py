"""XLSX with nothing in it that changes: no clock, no name of a program, members in one order.

Written by hand because the usual library puts the time of writing into the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from supplier_sla.files.zip_member import unchanging_member

# Text, an exact figure, or nothing.
Cell = str | Decimal | None

# A spreadsheet keeps figures as binary fractions of so many decimal digits; longer ones are written as text.
EXACT_DIGITS = 15

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A sheet. Text is never a formula: it is marked as text, not only guarded."""
    lines = [
        f'<row r="{number}">{"".join(_cell(value, column, number) for column, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
    ]
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'.encode()


def xlsx_bytes(sheets: Mapping[str, bytes]) -> bytes:
    """A workbook of sheets by name. The same sheets give the same bytes."""
    numbered = list(enumerate(sheets, start=1))
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number, _ in numbered
    )
    names = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number, _ in numbered
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(unchanging_member(name), (_HEAD + content).encode())
        for number, name in numbered:
            archive.writestr(unchanging_member(f"xl/worksheets/sheet{number}.xml"), sheets[name])
    return buffer.getvalue()


def _cell(value: Cell, column: int, row: int) -> str:
    if value is None or value == "":
        return ""
    place = f'r="{_letters(column)}{row}"'
    if isinstance(value, Decimal):
        said = f"{value:f}"
        if len(value.as_tuple().digits) <= EXACT_DIGITS:
            return f"<c {place}><v>{said}</v></c>"
        value = said
    said = escape(_NOT_XML.sub("\ufffd", value), {"\r": "&#13;"})
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
