"""Streams the rows of a Parquet file; columns go by name, those inside structures by dotted path.

Instants with a zone are written in UTC with Z, timestamps without one as local times; decimals are exact.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from supplier_sla.landing.packing.unpacking import UnpackLimits, is_of_disk
from supplier_sla.landing.readers.header import usable_header
from supplier_sla.landing.readers.numbers import plain, plain_float
from supplier_sla.landing.readers.records import Batch, BrokenRecord, kept
from supplier_sla.landing.readers.text import damage_of, is_text
from supplier_sla.landing.refusal import FileRefused, printable

ROWS_OF_A_BATCH = 2_000
READ_BYTES = 1 << 20

_EPOCH = datetime(1970, 1, 1)
_DIGITS_OF_UNIT = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class ParquetReader:
    """One pass over one file. Records are numbered from 1, because there are no lines.

    Raises:
        FileRefused: no Parquet file, a damaged one, or one that unpacks to too much.
    """

    has_extras: Literal[False] = False
    extra_names: tuple[str, ...] = ()
    objects_without_records: int = 0
    lines_skipped: int = 0

    def __init__(self, stream: BinaryIO, *, limits: UnpackLimits) -> None:
        self._limits = limits
        try:
            # A buffer of fixed size instead of whole column chunks keeps memory flat, however large the row groups are.
            self._file = pq.ParquetFile(stream, buffer_size=READ_BYTES, pre_buffer=False)
            metadata = self._file.metadata
            groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
            columns = [group.column(number) for group in groups for number in range(group.num_columns)]
            unpacked = sum(column.total_uncompressed_size for column in columns)
            packed = sum(column.total_compressed_size for column in columns)
            no_rows = pa.Table.from_batches([], schema=self._file.schema_arrow)
            names = _flattened(no_rows).column_names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise _damaged(error) from None
        limits.check(unpacked, packed=packed)
        self.header = usable_header(names)

    @property
    def columns_found(self) -> tuple[str, ...]:
        """The header: every record has every column."""
        return self.header

    def batches(self) -> Iterator[Batch]:
        """The records, some thousand at a time."""
        next_line = 1
        unpacked = 0
        rows_of_file = self._file.iter_batches(batch_size=ROWS_OF_A_BATCH, use_threads=False)
        while (rows := self._next(rows_of_file)) is not None:
            # What repeats is packed into next to nothing: only what comes out shows how much it is.
            unpacked += rows.nbytes
            self._limits.check(unpacked)
            try:
                columns = [_texts(column) for column in _flattened(pa.Table.from_batches([rows])).columns]
            except (ValueError, OverflowError) as error:  # such as a date after the year 9999
                raise _damaged(error) from None
            records = list(zip(*columns, strict=True))
            yield self._checked(records, range(next_line, next_line + len(records)))
            next_line += len(records)

    @staticmethod
    def _next(rows_of_file: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            return next(rows_of_file, None)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(error) from None

    def _checked(self, records: list[tuple[str, ...]], lines: range) -> Batch:
        if is_text("".join(map("".join, records))):
            return Batch(records, lines)
        good: list[tuple[str, ...]] = []
        good_lines: list[int] = []
        broken: list[BrokenRecord] = []
        for line, record in zip(lines, records, strict=True):
            damaged = next(((n, v) for n, v in zip(self.header, record, strict=True) if not is_text(v)), None)
            if damaged is None:
                good.append(record)
                good_lines.append(line)
            else:
                name, value = damaged
                text = kept("\t".join(record))
                broken.append(BrokenRecord(line, *damage_of(value, "UTF-8"), printable(value), text, name))
        return Batch(good, good_lines, broken)


def _flattened(table: pa.Table) -> pa.Table:
    """Structures as columns of their own, named by dotted path."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _texts(column: pa.ChunkedArray) -> Sequence[str]:
    """The values of a column as text; none is the empty text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    text: Callable[[Any], str]
    if pa.types.is_timestamp(column.type):
        text = _instant_text(column.type)
        column = column.cast(pa.int64())
    elif pa.types.is_date64(column.type):
        text, column = str, column.cast(pa.date32())
    elif pa.types.is_float16(column.type) or pa.types.is_float32(column.type):
        # As a Python float the value would show digits that its few bits never had.
        text, column = _short_float_text, column.cast(pa.float32()).cast(pa.string())
    else:
        text = _text_of(column.type)
    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        if pa.types.is_nested(column.type):
            raise
        # Damaged bytes in a text: the rows that have them are kept out, as in a text file.
        column = column.cast(pa.large_binary())
        text, values = _text_of(column.type), column.to_pylist()
    return ["" if value is None else text(value) for value in values]


def _text_of(kind: pa.DataType) -> Callable[[Any], str]:
    """How a value of Python becomes text."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return str
    if pa.types.is_boolean(kind):
        return lambda value: "true" if value else "false"
    if pa.types.is_floating(kind):
        return lambda value: plain_float(value) if value == value else "NaN"
    if pa.types.is_decimal(kind):
        return plain
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return lambda value: value.decode("utf-8", "surrogateescape")
    if pa.types.is_nested(kind):
        return lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return str


def _instant_text(kind: pa.TimestampType) -> Callable[[int], str]:
    """How the count of a timestamp's units since 1970 becomes ISO 8601; trailing zeros of the fraction are left out."""
    digits = _DIGITS_OF_UNIT[kind.unit]
    zone = "Z" if kind.tz is not None else ""

    def text(count: int) -> str:
        seconds, rest = divmod(count, 10**digits)
        try:
            moment = (_EPOCH + timedelta(seconds=seconds)).isoformat()
        except OverflowError:
            return f"{count} {kind.unit} since 1970"  # no timestamp that anybody can mean: its row goes to quarantine
        fraction = f"{rest:0{digits}}".rstrip("0") if rest else ""
        return f"{moment}.{fraction}{zone}" if fraction else f"{moment}{zone}"

    return text


def _short_float_text(shown: str) -> str:
    """Of a float of 16 or 32 bits as Arrow writes it; what is no number is left as it is."""
    number = Decimal(shown)
    if not number.is_finite():
        return shown
    text = plain(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _damaged(error: Exception) -> Exception:
    if is_of_disk(error):
        return error
    return FileRefused(
        "the Parquet file",
        expected="a complete Parquet file",
        found=printable(str(error)),
        next_step="write it again and deliver it again",
    )
