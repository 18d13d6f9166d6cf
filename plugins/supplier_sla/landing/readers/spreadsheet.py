"""Streams the rows of one sheet of an XLSX workbook, through openpyxl's own parser of sheets.

The texts that cells share are held in memory, as openpyxl does it: a workbook with too many of them is refused.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, BinaryIO, Literal
from xml.etree.ElementTree import Element

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from supplier_sla.landing.packing.unpacking import UnpackLimits, is_of_disk
from supplier_sla.landing.readers.header import HeaderOptions, missing_header_row
from supplier_sla.landing.readers.numbers import spreadsheet_number
from supplier_sla.landing.readers.records import Batch, BrokenRecord, kept
from supplier_sla.landing.readers.text import damage_of, is_text
from supplier_sla.landing.refusal import FileRefused, printable

ROWS_OF_A_BATCH = 2_000
MOST_BYTES_BESIDE_SHEETS = 1 << 28

ERROR = "e"
NOT_COMPUTED = "formula without a value"

_STREAMED = re.compile("/(worksheets|media)/", re.IGNORECASE)

# How Office writes a control character inside a text: a carriage return is _x000D_.
_CONTROL_CHARACTER = re.compile("_x(00[01][0-9A-Fa-f])_")

_PLAIN_HEADER = HeaderOptions()


class _Parser(WorkSheetParser):
    """Marks formulas whose value the program that wrote the file has left out: they are not empty cells."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and cell["data_type"] == "n" and element.find(FORMULA_TAG) is not None:
            cell.update(data_type=ERROR, value=NOT_COMPUTED)
        return cell


class SpreadsheetReader:
    """One pass over one sheet, by name or the first one that is visible. Rows without any value are no records.

    Without `header_row` (counted from 1) the header begins on the first row that has a value. Dates are written as ISO
    8601, without a time where neither the cell nor its format has one.

    Raises:
        FileRefused: no workbook, a damaged one, one that unpacks to too much, no such sheet, no usable header.
    """

    has_extras: Literal[False] = False
    extra_names: tuple[str, ...] = ()
    objects_without_records: int = 0

    def __init__(
        self,
        stream: BinaryIO,
        *,
        sheet: str | None,
        header: HeaderOptions = _PLAIN_HEADER,
        limits: UnpackLimits,
    ) -> None:
        _refuse_bomb(stream, limits)
        self._sheet = _choose_sheet(stream, sheet)
        self._shows_time = _styles_that_show_time(self._sheet)
        self._rows = self._parse()
        self.lines_skipped = 0
        self.header = self._read_header(header)

    @property
    def columns_found(self) -> tuple[str, ...]:
        """The header: every row has every column."""
        return self.header

    def batches(self) -> Iterator[Batch]:
        """The rows below the header, some thousand at a time."""
        records: list[Sequence[str]] = []
        lines: list[int] = []
        broken: list[BrokenRecord] = []
        for row, cells in self._rows:
            values, errors = self._values(cells)
            if not any(values):
                continue
            damage = self._damage(row, values, errors)
            if damage is not None:
                broken.append(damage)
            else:
                values += [""] * (len(self.header) - len(values))
                records.append(values)
                lines.append(row)
            if len(records) + len(broken) >= ROWS_OF_A_BATCH:
                yield Batch(records, lines, broken)
                records, lines, broken = [], [], []
        yield Batch(records, lines, broken)

    def _parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Row numbers with their cells. openpyxl meets damage with exceptions of every kind."""
        book = self._sheet.parent
        try:
            with self._sheet._get_source() as source:
                parser = _Parser(
                    source,
                    self._sheet._shared_strings,
                    data_only=True,
                    epoch=book.epoch,
                    date_formats=book._date_formats,
                    timedelta_formats=book._timedelta_formats,
                )
                last = 0
                for row, cells in parser.parse():
                    if row <= last:
                        raise ValueError(f"row {row} after row {last}")
                    last = row
                    yield row, cells
        except FileRefused:
            raise
        except Exception as error:
            raise _damaged(error) from None

    def _read_header(self, header: HeaderOptions) -> tuple[str, ...]:
        header_row = header.header_row
        last = 0
        for row, cells in self._rows:
            last = row
            values, _ = self._values(cells)
            if header_row is not None and row < header_row:
                continue
            if header_row is not None and (row > header_row or not any(values)):
                raise missing_header_row(header_row, found="an empty row")
            if any(values):
                self.lines_skipped = row - 1 if header_row is not None else 0
                rows = [values, *(self._values(more)[0] for _, more in islice(self._rows, header.header_rows - 1))]
                self.lines_skipped += sum(1 for _ in islice(self._rows, header.skip_after_header))
                return header.columns([_without_empty_end(names) for names in rows])
        if header_row is not None:
            raise missing_header_row(header_row, found=f"{last} rows in the sheet {self._sheet.title}")
        raise FileRefused(f"the sheet {self._sheet.title} is empty", expected="a header row")

    def _values(self, cells: Sequence[dict[str, Any]]) -> tuple[list[str], list[int]]:
        """The texts of a row by position, and the positions of cells that hold an error."""
        values: list[str] = []
        errors: list[int] = []
        for cell in cells:
            position = cell["column"] - 1
            values += [""] * (position + 1 - len(values))
            values[position] = self._text(cell)
            if cell["data_type"] == ERROR:
                errors.append(position)
        return values, errors

    def _text(self, cell: dict[str, Any]) -> str:
        value = cell["value"]
        if value is None:
            return ""
        if isinstance(value, str):
            return _CONTROL_CHARACTER.sub(_control_character, value) if "_x" in value else value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return spreadsheet_number(value)
        if isinstance(value, datetime):
            is_bare_date = value.time() == time() and int(cell["style_id"]) not in self._shows_time
            return value.date().isoformat() if is_bare_date else value.isoformat()
        if isinstance(value, timedelta):
            return _duration(value)
        return value.isoformat() if isinstance(value, date | time) else str(value)

    def _damage(self, row: int, values: list[str], errors: list[int]) -> BrokenRecord | None:
        """What is wrong with a row, or None."""
        width = len(self.header)
        if any(values[width:]):
            found = f"a value in column {max(i for i, value in enumerate(values, 1) if value)}"
            return BrokenRecord(row, "wrong_field_count", f"{width} columns, as in the header", found, _shown(values))
        del values[width:]
        for position in errors:
            if position < width:
                expected = "a value, not an error or a formula that was never computed"
                found = printable(values[position])
                return BrokenRecord(row, "error_cell", expected, found, _shown(values), self.header[position])
        if not is_text("".join(values)):
            name, value = next((n, v) for n, v in zip(self.header, values, strict=False) if not is_text(v))
            return BrokenRecord(row, *damage_of(value, "Unicode"), printable(value), _shown(values), name)
        return None


def _refuse_bomb(stream: BinaryIO, limits: UnpackLimits) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(error) from None
    limits.check(sum(part.file_size for part in parts), packed=sum(part.compress_size for part in parts))
    # Everything but the sheets is read as a whole, first of all the texts that cells share.
    shared = sum(part.file_size for part in parts if not _STREAMED.search(part.filename))
    if shared > MOST_BYTES_BESIDE_SHEETS:
        raise FileRefused(
            "the workbook",
            expected=f"at most {MOST_BYTES_BESIDE_SHEETS:,} bytes of texts shared by cells, styles and the like",
            found=f"{shared:,} bytes",
            next_step="deliver it as CSV, JSON Lines or Parquet",
        )


def _choose_sheet(stream: BinaryIO, name: str | None) -> ReadOnlyWorksheet:
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and extensions that nobody here looks at
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl meets damage with exceptions of every kind
        raise _damaged(error) from None
    sheets = [sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)]
    fitting = (
        [sheet for sheet in sheets if sheet.title.casefold() == name.casefold()]
        if name is not None
        else [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    )
    if not fitting:
        raise FileRefused(
            "the sheet",
            expected=f"a sheet named {name}" if name is not None else "a visible sheet",
            found=printable(", ".join(sheet.title for sheet in sheets)) or "no sheet",
            next_step="set sheet in the source profile to the name of the sheet with the rows",
        )
    return fitting[0]


def _styles_that_show_time(sheet: ReadOnlyWorksheet) -> frozenset[int]:
    """Numbers of the cell styles whose format shows hours or seconds."""
    book = sheet.parent
    shown = set()
    for style_id, style in enumerate(book._cell_styles):
        number = style.numFmtId
        if number < BUILTIN_FORMATS_MAX_SIZE:
            number_format = BUILTIN_FORMATS.get(number, "General")
        else:
            number_format = book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE]
        bare = re.sub(r'"[^"]*"|\\.|\[\$[^\]]*\]', "", number_format).casefold()
        if "h" in bare or "s" in bare:
            shown.add(style_id)
    return frozenset(shown)


def _shown(values: Sequence[str]) -> str:
    return kept("\t".join(values))


def _without_empty_end(values: list[str]) -> list[str]:
    while values and not values[-1].strip():
        values.pop()
    return values


def _control_character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _duration(value: timedelta) -> str:
    """Hours, minutes and seconds, as the format [h]:mm:ss shows them."""
    seconds = value.days * 86_400 + value.seconds
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _damaged(error: Exception) -> Exception:
    if is_of_disk(error):
        return error
    return FileRefused(
        "the workbook",
        expected="a complete XLSX file",
        found=printable(f"{type(error).__name__}: {error}"),
        next_step="open it, save it as XLSX and deliver it again; files of the old format .xls are not read",
    )
