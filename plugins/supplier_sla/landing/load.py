"""Loads one delivery into `raw` and `ops.quarantined_row`, within one transaction of the caller.

The file streams into the temporary table `incoming`; from there on everything is done in sets: checks, repeats, insert.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
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
from supplier_sla.landing.profile import Reading
from supplier_sla.landing.readers import BrokenRecord, RecordReader, open_reader
from supplier_sla.landing.refusal import FileRefused, Problem, printable
from supplier_sla.landing.rereading import Reread, set_aside_restated_rows, withhold_loaded_lines
from supplier_sla.landing.unpacking import UnpackLimits

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
    refusal: FileRefused | None = None


@dataclass
class _Spool:
    """Reads the file for COPY; what is wrong with its records goes to a file of its own, so that memory stays flat."""

    reader: RecordReader
    mapping: FileMapping
    problem_file: IO[bytes]
    record_count: int = 0
    elsewhere_count: int = 0
    problem_count: int = 0

    def row_pieces(self) -> Iterator[bytes]:
        """COPY data of the table `incoming`."""
        for delivered in self.reader.batches():
            batch = self.mapping.fitting(delivered)
            self.elsewhere_count += len(delivered.records) - len(batch.records)
            problems = [_problem(broken) for broken in batch.broken]
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

    `inspect` is called at the end, while the tables `incoming`, `problem` and `prepared` still hold the file.

    Raises:
        FileRefused: the file as a whole cannot be read; the caller rolls back.
        ConservationViolated: a record got lost or was counted twice.
    """
    contract = reading.contract
    reader = open_reader(stream, reading, limits)
    mapping = plan_mapping(reading, reader.header, columns_found=reader.columns_found, has_extras=reader.has_extras)
    _create_working_tables(cursor, contract, mapping.constants)
    with ExitStack() as open_files:
        problem_file = open_files.enter_context(tempfile.SpooledTemporaryFile(PROBLEM_BYTES_IN_MEMORY))
        spool = _Spool(reader, mapping, problem_file)
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
        counts = Counts(spool.record_count, rows_quarantined=spool.record_count, rows_elsewhere=spool.elsewhere_count)
        return Loaded(counts, extra_columns, reader.lines_skipped, refusal)
    _prepare_rows(cursor, contract, delivery_id, reading.exported_at)
    rows_repeated = rows_withheld + _find_repeats(cursor, contract)
    if reread:
        rows_repeated += set_aside_restated_rows(cursor, contract, reread)
    rows_loaded = _insert_rows(cursor, contract)
    counts = Counts(spool.record_count, rows_loaded, rows_quarantined, rows_repeated, spool.elsewhere_count)
    if not counts.is_conserved:
        raise ConservationViolated(
            f"delivery {delivery_id}", expected="rows in file = loaded + quarantined + repeated", found=str(counts)
        )
    inspect(counts)
    return Loaded(counts, extra_columns, reader.lines_skipped)


def _problem(broken: BrokenRecord) -> Problem:
    return Problem(broken.line, broken.column, broken.found, broken.expected, broken.reason_code, broken.text)


def _problem_row(problem: Problem) -> tuple[str, ...]:
    """Without its line, in the order of PROBLEM_COLUMNS."""
    record = json.dumps({"text": problem.record_text}, ensure_ascii=False) if problem.record_text is not None else ""
    value_found = printable(problem.value_found, LONGEST_VALUE_SHOWN)
    return problem.column or "", value_found, problem.expected, problem.reason_code, record


def _create_working_tables(cursor: Cursor, contract: FileContract, constants: Mapping[str, str]) -> None:
    text_columns = sql.SQL(", ").join(
        sql.SQL("{} text default {}").format(sql.Identifier(name), sql.Literal(constants.get(name)))
        for name in contract.column_by_name
    )
    cursor.execute(
        sql.SQL("create temporary table incoming ({}, _extra jsonb, _line bigint not null) on commit drop").format(
            text_columns
        )
    )
    cursor.execute(
        """
        create temporary table problem (
            problem_number bigint generated always as identity,
            line bigint not null,
            column_name text,
            value_found text,
            expected text not null,
            reason_code text not null,
            record jsonb
        ) on commit drop
        """
    )


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


def _prepare_rows(cursor: Cursor, contract: FileContract, delivery_id: int, exported_at: datetime | None) -> None:
    """The good rows as they will stand in raw: with keys, version and the hash of their content."""
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
            create temporary table prepared on commit drop as
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
    cursor.execute(sql.SQL("analyze prepared ({})").format(sql.Identifier(contract.lookup_column)))


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


def _find_repeats(cursor: Cursor, contract: FileContract) -> int:
    """Lines that say exactly what the latest row of the same key and version already says, in this file or in raw.

    Latest, not any: a source that goes from A to B and back to A has said something new. Rows of a delivery that was
    refused after loading count for nothing. Fills the table `repeated` and returns its number of rows.

    The look into raw goes through the index on the lookup column, row by row: its cost follows the file and not the
    history. Hence lateral, the state by a scalar subquery and the order by a row value: written as joins and plain
    columns, the planner, which knows nothing about a table not yet analysed, walks through whole deliveries.
    """
    cursor.execute(
        sql.SQL(
            """
            create temporary table repeated on commit drop as
            with in_file as (
                select
                    *,
                    lag(_row_hash) over (partition by {key_hash}, _version_at order by _line) as previous_hash
                from prepared
            )

            select in_file._line as line
            from in_file
            left join lateral (
                select known._row_hash
                from {raw_table} as known
                where
                    known.{lookup} = in_file.{lookup}
                    and {same_key}
                    and known._version_at is not distinct from in_file._version_at
                    and (select state from ops.delivery where delivery_id = known._delivery_id)
                    in ('loaded', 'partly_loaded')
                order by row(known._delivery_id, known._line) desc
                limit 1
            ) as latest on true
            where coalesce(in_file.previous_hash, latest._row_hash) = in_file._row_hash
            """
        ).format(
            raw_table=sql.Identifier("raw", contract.entity),
            lookup=sql.Identifier(contract.lookup_column),
            # Sorting numbers is faster than sorting texts. Two keys of one hash do no harm: their _row_hash differs.
            key_hash=sql.SQL(" # ").join(
                sql.SQL("hashtextextended(coalesce({}, ''), {})").format(sql.Identifier(name), sql.Literal(position))
                for position, name in enumerate(contract.key)
            ),
            same_key=sql.SQL(" and ").join(
                sql.SQL("known.{0} is not distinct from in_file.{0}").format(sql.Identifier(name))
                for name in contract.key
            ),
        )
    )
    cursor.execute("select count(*) from repeated")
    return _single_count(cursor)


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
