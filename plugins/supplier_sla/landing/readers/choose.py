"""The one place that knows which module reads which format."""

from __future__ import annotations

from typing import BinaryIO

from supplier_sla.landing.packing.unpacking import GZIP_MAGIC, ZIP_MAGIC, UnpackLimits, random_access
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.readers.delimited import DelimitedReader
from supplier_sla.landing.readers.header import HeaderOptions
from supplier_sla.landing.readers.json_document import JsonDocumentReader
from supplier_sla.landing.readers.json_lines import JsonLinesReader
from supplier_sla.landing.readers.json_objects import ObjectOptions
from supplier_sla.landing.readers.records import RecordReader
from supplier_sla.landing.readers.unpivot import UnpivotedReader
from supplier_sla.landing.refusal import FileRefused

PARQUET_MAGIC = b"PAR1"

# How files of other formats begin: for each format the beginnings that cannot be meant, and what they are.
_FOREIGN = {ZIP_MAGIC: "a zip archive or an Office document", GZIP_MAGIC: "packed content", PARQUET_MAGIC: "Parquet"}
_OWN_BEGINNING = {"xlsx": ZIP_MAGIC, "parquet": PARQUET_MAGIC}


def open_reader(stream: BinaryIO, reading: Reading, limits: UnpackLimits) -> RecordReader:
    """A reader for the (unpacked) content of one file.

    Raises:
        FileRefused: the content is of another format than the profile says, or cannot be read as it.
    """
    profile = reading.file_profile
    _refuse_other_format(stream, profile.format)
    reader = _reader_of(stream, reading, limits)
    if profile.unpivot is None:
        return reader
    unpivot = profile.unpivot
    return UnpivotedReader(
        reader,
        columns=unpivot.columns,
        besides=unpivot.besides,
        question=unpivot.question,
        answer=unpivot.answer,
    )


def _reader_of(stream: BinaryIO, reading: Reading, limits: UnpackLimits) -> RecordReader:
    profile = reading.file_profile
    if profile.format in ("json", "jsonl"):
        return _json_reader(stream, reading)
    header = HeaderOptions(
        header_row=profile.header_row,
        header_rows=profile.header_rows,
        skip_after_header=profile.skip_after_header,
        repeated_columns=profile.repeated_columns,
    )
    if profile.format == "xlsx":
        # Imported where they are needed: a night of CSV files does without these two large libraries.
        from supplier_sla.landing.readers.spreadsheet import SpreadsheetReader

        return SpreadsheetReader(random_access(stream), sheet=profile.sheet, header=header, limits=limits)
    if profile.format == "parquet":
        from supplier_sla.landing.readers.parquet import ParquetReader

        return ParquetReader(random_access(stream), limits=limits)
    return DelimitedReader(
        stream, encoding=profile.encoding, delimiter=profile.delimiter, quote=profile.quote, header=header
    )


def _json_reader(stream: BinaryIO, reading: Reading) -> RecordReader:
    profile, expected = reading.file_profile, reading.columns_expected
    options = ObjectOptions(
        each=profile.each,
        with_object=profile.with_object,
        before_first=profile.before_first,
        not_kept=profile.not_kept,
    )
    if profile.format == "jsonl":
        return JsonLinesReader(stream, encoding=profile.encoding, expected=expected, options=options)
    return JsonDocumentReader(
        stream, encoding=profile.encoding, expected=expected, records=profile.records, options=options
    )


def _refuse_other_format(stream: BinaryIO, file_format: str) -> None:
    beginning = stream.read(4)
    stream.seek(0)
    own = _OWN_BEGINNING.get(file_format)
    found = next((what for magic, what in _FOREIGN.items() if magic != own and beginning.startswith(magic)), None)
    if found is not None:
        raise FileRefused(
            "the content of the file",
            expected=f"{file_format}, as its source profile says",
            found=found,
            next_step="set format in the source profile; unpack an archive inside an archive before delivery",
        )
