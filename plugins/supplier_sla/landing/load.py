"""Loads one delivery into `raw` and `ops.quarantined_row`, within one transaction of the caller.

The file streams into the working table `incoming`; from there on everything is done in sets: checks, repeats, insert.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.checks import find_problems_statement
from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.copying import copy_into, encode_rows
from supplier_sla.landing.limits import MOST_PROBLEMS_KEPT, BadRowLimits
from supplier_sla.landing.mapping import FileMapping, plan_mapping
from supplier_sla.landing.outcome import Counts
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.record import require_setting
from supplier_sla.landing.personal.values import NOT_SHOWN
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.readers import BrokenRecord, RecordReader, open_reader
from supplier_sla.landing.refusal import FileRefused, Problem, printable
from supplier_sla.landing.repeats import find_repeats
from supplier_sla.landing.rereading import Reread, set_aside_restated_rows, withhold_loaded_lines
from supplier_sla.landing.working_tables import drop_working_tables, open_working_tables

PROBLEM_BYTES_IN_MEMORY = 1 << 20
LONGEST_VALUE_SHOWN = 1_000

PROBLEM_COLUMNS = ("line", "column_name", "value_found", "expected", "reason_code", "record")


class ConservationViolated(SupplierSlaError):
    """Rows in the file differ from loaded + quarantined + repeated: a defect of the loader, never of the file."""


@dataclass(frozen=True)
class Loaded:
    """The result of loading one delivery. With a `refusal` (too many bad rows) nothing of it stands in raw."""

    counts: Counts
    extra_columns: tuple[str, ...]
    lines_skipped: int
    objects_without_records: int
    refusal: FileRefused | None = None


@dataclass
class _Spool:
    """Reads the file for COPY; what is wrong with its records goes to a file of its own, so that memory stays flat."""

    reader: RecordReader
    mapping: FileMapping
    problem_file: IO[bytes]
    hides_values: bool
    record_count: int = 0
    elsewhere_count: int = 0
    problem_count: int = 0

    def row_pieces(self) -> Iterator[bytes]:
        """COPY data of the table `incoming`."""
        for delivered in self.reader.batches():
            batch = self.mapping.fitting(delivered)
            self.elsewhere_count += len(delivered.records) - len(batch.records)
            problems = [_problem(broken, hides_values=self.hides_values) for broken in batch.broken]
            piece = encode_rows(self.mapping.rows(batch, problems), batch.lines)
            self.problem_file.write(
                encode_rows([_problem_row(problem) for problem in problems], [problem.line for problem in problems])
            )
            self.problem_count += len(problems)
            self.record_count += len(batch.records) + len(batch.broken)
            yield piece


def load_delivery(
    cursor: Cursor,
    stream: BinaryIO,
    reading: Reading,
    *,
    delivery_id: int,
    as_of: datetime,
    limits: UnpackLimits,
    bad_row_limits: BadRowLimits | None = None,
    reread: Reread | None = None,
    inspect: Callable[[Counts], None] = lambda counts: None,
) -> Loaded:
    """Read `stream` to its end and put each of its records into raw, into quarantine, or count it as an exact repeat.

    Records that belong to another entity by the profile's `where` are counted beside (`rows_elsewhere`). A file above
    `bad_row_limits` is kept out whole; its first problems stay in quarantine. A `reread` loads only lines that earlier
    readings of the same file kept out; the others count as repeats.

    `inspect` is called at the end, while the tables `incoming`, `problem` and `prepared` still hold the file;
    not at a rereading that leaves out what is loaded already.

    Raises:
        FileRefused: the file as a whole cannot be read; the caller rolls back.
        ConservationViolated: a record got lost or was counted twice.
        PersonalSettingChanged: the rows in raw came in under another setting for personal values.
    """
    require_setting(cursor, reading.personal)
    contract = reading.contract
    reader = open_reader(stream, reading, limits)
    mapping = plan_mapping(reading, reader.header, columns_found=reader.columns_found, has_extras=reader.has_extras)
    open_working_tables(cursor, contract, mapping.constants)
    with ExitStack() as open_files:
        problem_file = open_files.enter_context(tempfile.SpooledTemporaryFile(PROBLEM_BYTES_IN_MEMORY))
        spool = _Spool(reader, mapping, problem_file, hides_values=reading.personal.protects(contract))
        copy_into(cursor, "incoming", ("_line", *mapping.target_names), spool.row_pieces())
        if spool.problem_count:
            problem_file.seek(0)
            copy_into(cursor, "problem", PROBLEM_COLUMNS, problem_file)
    rows_withheld = withhold_loaded_lines(cursor, contract, reread) if reread else 0
    cursor.execute(find_problems_statement(contract))
    rows_quarantined = _count_bad_lines(cursor)
    refusal = bad_row_limits.refusal(rows_quarantined, spool.record_count) if bad_row_limits else None
    _quarantine(cursor, contract, delivery_id, as_of, at_most=MOST_PROBLEMS_KEPT if refusal else None)
    extra_columns = (*mapping.extra_columns, *(reader.extra_names if reading.keeps_extras else ()))
    if refusal is not None:
        drop_working_tables(cursor)
        counts = Counts(spool.record_count, rows_quarantined=spool.record_count, rows_elsewhere=spool.elsewhere_count)
        return Loaded(counts, extra_columns, reader.lines_skipped, reader.objects_without_records, refusal)
    rows_prepared = _prepare_rows(cursor, contract, delivery_id, reading.exported_at)
    rows_known = find_repeats(cursor, contract, rows_prepared)
    if reread:
        rows_known += set_aside_restated_rows(cursor, contract, reread)
    rows_loaded = _insert_rows(cursor, contract) if rows_known < rows_prepared else 0
    rows_repeated = rows_withheld + rows_known
    counts = Counts(spool.record_count, rows_loaded, rows_quarantined, rows_repeated, spool.elsewhere_count)
    if not counts.is_conserved:
        raise ConservationViolated(
            f"delivery {delivery_id}", expected="rows in file = loaded + quarantined + repeated", found=str(counts)
        )
    if not rows_withheld:  # else they do not hold the whole file, which was inspected when it came
        inspect(counts)
    drop_working_tables(cursor)
    return Loaded(counts, extra_columns, reader.lines_skipped, reader.objects_without_records)


def _problem(broken: BrokenRecord, *, hides_values: bool) -> Problem:
    """A damaged record has no columns by which its personal values could be told: all of it is hidden, or nothing."""
    if hides_values:
        found = broken.found if broken.reason_code == "wrong_field_count" else NOT_SHOWN
        return Problem(broken.line, broken.column, found, broken.expected, broken.reason_code, NOT_SHOWN)
    return Problem(broken.line, broken.column, broken.found, broken.expected, broken.reason_code, broken.text)


def _problem_row(problem: Problem) -> tuple[str, ...]:
    """Without its line, in the order of PROBLEM_COLUMNS."""
    record = json.dumps({"text": problem.record_text}, ensure_ascii=False) if problem.record_text is not None else ""
    value_found = printable(problem.value_found, LONGEST_VALUE_SHOWN)
    return problem.column or "", value_found, problem.expected, problem.reason_code, record


def _count_bad_lines(cursor: Cursor) -> int:
    cursor.execute("select count(distinct line) from problem")
    return _single_count(cursor)


def _quarantine(
    cursor: Cursor, contract: FileContract, delivery_id: int, as_of: datetime, *, at_most: int | None
) -> None:
    """Record every problem, or the first ones of a file that is kept out whole.

    Numbered without the gaps that an identity has after a crash, as the numbers of deliveries are.
    """
    cursor.execute(
        """
        insert into ops.quarantined_row
            (quarantine_id, delivery_id, entity, line, column_name, value_found, expected, reason_code, record, as_of)
        overriding system value
        select
            (select coalesce(max(quarantine_id), 0) from ops.quarantined_row)
            + row_number() over (order by problem.line, problem.problem_number),
            %(delivery_id)s, %(entity)s, problem.line, problem.column_name, left(problem.value_found, %(longest)s),
            problem.expected, problem.reason_code,
            coalesce(problem.record, jsonb_strip_nulls(to_jsonb(incoming) - '_line')), %(as_of)s
        from problem
        left join incoming on incoming._line = problem.line
        order by problem.line, problem.problem_number
        limit %(at_most)s
        """,
        {
            "delivery_id": delivery_id,
            "entity": contract.entity,
            "as_of": as_of,
            "longest": LONGEST_VALUE_SHOWN,
            "at_most": at_most,
        },
    )


def _prepare_rows(cursor: Cursor, contract: FileContract, delivery_id: int, exported_at: datetime | None) -> int:
    """The good rows as they will stand in raw: with keys, version and the hash of their content; returns how many."""
    derived: list[sql.Composable] = []
    if contract.has_ticket_key:
        derived.append(sql.SQL("incoming.source_system || '/' || incoming.ticket_id as ticket_key"))
    for name, sources in contract.derived.items():
        given = sql.SQL(", ").join(sql.Identifier("incoming", source) for source in sources)
        derived.append(sql.SQL("coalesce({}, {}) as {}").format(given, _content_name(contract), sql.Identifier(name)))
    columns = [sql.Identifier("incoming", name) for name in contract.column_by_name]
    cursor.execute(
        sql.SQL(
            """
            create unlogged table prepared as
            select
                {columns},
                incoming._extra,
                {delivery_id}::bigint as _delivery_id,
                incoming._line,
                coalesce(incoming.updated_at::timestamptz, {exported_at}::timestamptz) as _version_at,
                md5(row({hashed})::text)::uuid as _row_hash
            from incoming
            where not exists (select from problem where problem.line = incoming._line)
            """
        ).format(
            columns=sql.SQL(", ").join([*columns, *derived]),
            hashed=sql.SQL(", ").join(columns),
            delivery_id=sql.Literal(delivery_id),
            exported_at=sql.Literal(exported_at),
        )
    )
    rows_prepared = int(cursor.rowcount)
    cursor.execute(sql.SQL("analyze prepared ({})").format(sql.Identifier(contract.lookup_column)))
    return rows_prepared


def _content_name(contract: FileContract) -> sql.Composable:
    """A name for a row that has none: its content, so that the same row has the same name in every delivery.

    Each value goes in with its column's name and its length, empty ones not at all: a column that the contract gets
    later leaves the names of earlier rows as they are. `updated_at` says when, not what, and stays out.
    """
    parts = sql.SQL(", ").join(
        sql.SQL("{label} || octet_length({value}) || ':' || {value}").format(
            label=sql.Literal(f"{column.name}="), value=sql.Identifier("incoming", column.name)
        )
        for column in contract.declared_columns
    )
    return sql.SQL("'content-' || md5(concat_ws(',', {}))").format(parts)


def _insert_rows(cursor: Cursor, contract: FileContract) -> int:
    lineage = ("_extra", "_delivery_id", "_line", "_version_at", "_row_hash")
    columns = sql.SQL(", ").join(map(sql.Identifier, (*contract.raw_value_columns, *lineage)))
    cursor.execute(
        sql.SQL(
            """
            insert into {raw_table} ({columns})
            select {columns}
            from prepared
            where not exists (select from repeated where repeated.line = prepared._line)
            """
        ).format(raw_table=sql.Identifier("raw", contract.entity), columns=columns)
    )
    return int(cursor.rowcount)


def _single_count(cursor: Cursor) -> int:
    row = cursor.fetchone()
    assert row is not None  # a count always has one row
    return int(row[0])
