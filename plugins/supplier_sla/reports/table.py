"""The rows of a report, read with a reader's rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg2 import errors, sql

from supplier_sla.database import session
from supplier_sla.files.csv_file import guarded
from supplier_sla.files.xlsx_file import Cell
from supplier_sla.published import WarehouseClosed, WarehouseMissing, act_as
from supplier_sla.reports.definition import Report, ReportColumn
from supplier_sla.reports.period import Period

YES_NO = {"en": ("yes", "no"), "zh": ("是", "否")}


@dataclass(frozen=True)
class Table:
    """Headings and lines of a report, in one language; no text in them is taken for a formula."""

    title: str
    headings: list[str]
    lines: list[list[Cell]]


def read_table(
    url: str, report: Report, *, language: str, period: Period | None = None, supplier_id: str | None = None
) -> Table:
    """The report as the published night knows it, with the rights of bi_reader and no other.

    Raises:
        ReportUnknown: the report has no figures of such periods.
        WarehouseMissing: nothing is published, or by a release without the mart.
        WarehouseClosed: the login may not act as bi_reader, or bi_reader not read the mart.
    """
    if period is not None:
        report.must_know(period)
    with session(url, application_name="supplier_sla_report") as connection, connection:
        connection.set_session(readonly=True)
        with connection.cursor() as cursor:
            act_as(cursor, "bi_reader")
            statement, parameters = _question(report, language, period, supplier_id)
            try:
                cursor.execute(statement, parameters)
            except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
                raise WarehouseMissing(
                    f"report {report.name}",
                    expected=f"a published night with marts.{report.mart} and its columns",
                    found=str(error).splitlines()[0],
                    next_step="run scripts/nightly on this warehouse with this release first",
                ) from error
            except errors.InsufficientPrivilege as error:
                raise WarehouseClosed(
                    f"report {report.name}",
                    expected=f"that bi_reader may read marts.{report.mart}",
                    found=str(error).splitlines()[0],
                    next_step="run scripts/nightly once more; it grants what readers need",
                ) from error
            lines = [list(_cells(report, row, language)) for row in cursor]
    return Table(report.titles[language], [column.headings[language] for column in report.columns], lines)


def _question(
    report: Report, language: str, period: Period | None, supplier_id: str | None
) -> tuple[sql.Composed, list[Any]]:
    conditions: list[sql.Composable] = [sql.SQL("true")]
    parameters: list[Any] = []
    column = sql.Identifier(report.period_column)
    if period is not None and report.is_period_name:
        conditions.append(sql.SQL("{} = %s").format(column))
        parameters.append(period.name)
    elif period is not None:
        # Sessions speak UTC: the dates are its midnights.
        conditions.append(sql.SQL("{0} >= %s::date and {0} < %s::date").format(column))
        parameters += [period.first, period.end]
    if supplier_id is not None:
        conditions.append(sql.SQL("{} = %s").format(sql.Identifier(report.supplier_column)))
        parameters.append(supplier_id)
    statement = sql.SQL("select {columns} from marts.{mart} where {conditions} order by {order}").format(
        columns=sql.SQL(", ").join(_expression(column, language) for column in report.columns),
        mart=sql.Identifier(report.mart),
        conditions=sql.SQL(" and ").join(conditions),
        order=sql.SQL(", ").join(map(sql.Identifier, report.order)),
    )
    return statement, parameters


def _expression(column: ReportColumn, language: str) -> sql.Composable:
    plain = sql.Identifier(column.column)
    if language == "zh" and column.column_zh:
        return sql.SQL("coalesce({}, {})").format(sql.Identifier(column.column_zh), plain)
    return plain


def _cells(report: Report, row: tuple[Any, ...], language: str) -> Iterator[Cell]:
    for column, value in zip(report.columns, row, strict=True):
        match value:
            case None:
                yield None
            case bool():
                yield YES_NO[language][0 if value else 1]
            case int() | Decimal():
                yield Decimal(value)
            case datetime():
                yield value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
            case date():
                yield value.isoformat()
            case _:
                yield guarded(column.said(str(value), language))
