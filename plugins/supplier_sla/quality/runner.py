"""One run of Great Expectations: many suites in, what failed out, the pages of the run written once at the end.

Great Expectations is imported inside functions: the import takes seconds, and most processes never need it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape, unescape
from pathlib import Path
from typing import Any

from supplier_sla.database import sqlalchemy_url
from supplier_sla.errors import SupplierSlaError
from supplier_sla.quality.data_docs import Broken, Judged, write_door_page
from supplier_sla.quality.offline_pages import make_offline
from supplier_sla.quality.suite import Expected
from supplier_sla.quality.titles import read_titles

SITE = "night"

# Columns that a subject with a query must have; failures name its rows by them.
IDENTIFYING_COLUMNS = ("delivery_id", "relative_path")

# Rows that a failure of a query names at most: give a subject no more rows than this.
ROWS_PER_QUERY = 200


class CheckNotRun(SupplierSlaError):
    """An expectation or a whole suite could not be evaluated: the rule or the tables are wrong, not the data."""


@dataclass(frozen=True)
class Subject:
    """What one suite looks at: a table of a schema, or a query; `placeholders` fill `{name}` in its SQL."""

    name: str
    expectations: Sequence[Expected]
    schema: str = ""
    table: str = ""
    query: str = ""
    placeholders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """One expectation that did not hold. `rows` (queries only): all that broke it, by identifying columns and value."""

    expected: Expected
    observed: str
    rows: Sequence[Mapping[str, Any]] = ()


def run_suites(
    url: str, subjects: Sequence[Subject], *, run_name: str, as_of: datetime, docs: Path
) -> list[list[Failure]]:
    """Validate every subject in one checkpoint; the failures come back in the order of the subjects.

    The pages in `docs` afterwards show this run only. `url` is a libpq URL.

    Raises:
        CheckNotRun: a table or column is missing, or a rule is wrong; names suite and expectation.
    """
    gx = _great_expectations()
    from great_expectations.datasource.fluent.interfaces import TestConnectionError
    from sqlalchemy.exc import SQLAlchemyError

    context = gx.get_context(mode="ephemeral", project_config=_project(docs))
    source = context.data_sources.add_postgres(
        "warehouse",
        # Great Expectations would read a dollar sign as the start of a variable.
        connection_string=sqlalchemy_url(url).replace("$", "%24"),
        # The figures of a query are computed once, not once per expectation; a table is read where it stands.
        create_temp_table=any(subject.query for subject in subjects),
        kwargs={"connect_args": {"options": "-c timezone=UTC", "application_name": "supplier_sla_quality"}},
    )
    try:
        checkpoint = gx.Checkpoint(
            name=run_name,
            validation_definitions=[_definition(gx, context, source, subject) for subject in subjects],
            result_format=_result_format(subjects),
        )
        context.checkpoints.add(checkpoint)
        run_id = gx.RunIdentifier(run_name=run_name, run_time=as_of)
        results = list(checkpoint.run(run_id=run_id).run_results.values())
    except (gx.exceptions.GreatExpectationsError, TestConnectionError, SQLAlchemyError) as error:
        raise CheckNotRun(
            f"Great Expectations, {run_name}",
            expected="the tables and columns that expectations/ names",
            found=_first_line(error),
            next_step="compare the suites with the tables",
        ) from error
    finally:
        source.get_engine().dispose()
    # One pass at the end; the action of a checkpoint would build the index anew for each suite.
    context.build_data_docs(site_names=[SITE])
    make_offline(docs)
    failures = [_failures(subject, result) for subject, result in zip(subjects, results, strict=True)]
    judged = [_judged(subject, failed) for subject, failed in zip(subjects, failures, strict=True)]
    write_door_page(docs, run_name, as_of, judged)
    return failures


def _judged(subject: Subject, failures: Sequence[Failure]) -> Judged:
    """A suite for the page; of a query every row that broke a rule is named by its file and its figure."""
    broken = []
    for failure in failures:
        column = failure.expected.kwargs.get("column", "")
        found = [f"{unescape(str(row['relative_path']))}: {column} {row[column]}" for row in failure.rows]
        broken.append(Broken(failure.expected, found or [failure.observed]))
    return Judged(subject.name, len(subject.expectations), broken)


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read while it is imported
    import great_expectations

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return great_expectations


def _project(docs: Path) -> Any:
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "site_section_builders": {"profiling": "None"},
    }
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        data_docs_sites={SITE: site},
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )


def _result_format(subjects: Sequence[Subject]) -> dict[str, Any]:
    """Rows of queries are all named; of a table's rows only a count, because pages would show values unescaped."""
    if not any(subject.query for subject in subjects):
        return {"result_format": "SUMMARY", "partial_unexpected_count": 0}
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": list(IDENTIFYING_COLUMNS),
        # Even COMPLETE names no more rows than this (20 when it is left out).
        "partial_unexpected_count": ROWS_PER_QUERY,
        "return_unexpected_index_query": False,
    }


def _definition(gx: Any, context: Any, source: Any, subject: Subject) -> Any:
    if subject.query:
        asset = source.add_query_asset(name=subject.name, query=subject.query)
        batch = asset.add_batch_definition("tonight")
    else:
        asset = source.add_table_asset(name=subject.name, schema_name=subject.schema, table_name=subject.table)
        batch = asset.add_batch_definition_whole_table("tonight")
    expectations = [_gx_expectation(gx, subject, each) for each in subject.expectations]
    suite = context.suites.add(gx.ExpectationSuite(name=subject.name, expectations=expectations))
    return context.validation_definitions.add(gx.ValidationDefinition(name=subject.name, data=batch, suite=suite))


def _gx_expectation(gx: Any, subject: Subject, expected: Expected) -> Any:
    form = getattr(gx.expectations, expected.expectation, None)
    kwargs = {name: _filled_in(value, subject.placeholders) for name, value in expected.kwargs.items()}
    try:
        if form is None:
            raise TypeError(f"{expected.expectation} does not exist")
        return form(
            **kwargs, description=_description(expected), severity=expected.severity, meta={"name": expected.name}
        )
    except (TypeError, ValueError) as error:
        raise CheckNotRun(
            f"suite {subject.name}, expectation {expected.name}",
            expected="an expectation of Great Expectations with arguments it knows",
            found=str(error),
            next_step="mend the suite",
        ) from error


def _description(expected: Expected) -> str:
    """What the pages say in place of a generated sentence; they do not escape it."""
    limits = ", ".join(f"{name} {value}" for name, value in expected.kwargs.items() if name != "column")
    title = read_titles().expectation(expected.name).zh
    named = f"{expected.name} {title}" if title else expected.name
    return escape(f"{named} ({expected.severity}). {expected.reason} [{limits}]", quote=False)


def _filled_in(value: Any, placeholders: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in placeholders.items():
            value = value.replace(f"{{{name}}}", text)
    return value


def _failures(subject: Subject, result: Any) -> list[Failure]:
    by_name = {expected.name: expected for expected in subject.expectations}
    failures = []
    for each in result.results:
        expected = by_name[each.expectation_config.meta["name"]]
        _require_evaluated(subject, expected, each.exception_info or {})
        if not each.success:
            rows = each.result.get("unexpected_index_list") or ()
            _require_all_named(subject, expected, rows, each.result)
            failures.append(Failure(expected, _observed(each.result), rows))
    return failures


def _require_evaluated(subject: Subject, expected: Expected, exception_info: Mapping[str, Any]) -> None:
    # Either one record, or one record per metric.
    records = [exception_info, *(value for value in exception_info.values() if isinstance(value, dict))]
    raised = [record for record in records if record.get("raised_exception")]
    if raised:
        raise CheckNotRun(
            f"suite {subject.name}, expectation {expected.name}",
            expected="a rule that can be evaluated",
            found=_first_line(raised[0].get("exception_message")),
            next_step="compare the suite with the columns of the table",
        )


def _require_all_named(
    subject: Subject, expected: Expected, rows: Sequence[Mapping[str, Any]], result: Mapping[str, Any]
) -> None:
    if subject.query and len(rows) != result.get("unexpected_count"):
        raise CheckNotRun(
            f"suite {subject.name}, expectation {expected.name}",
            expected=f"all {result.get('unexpected_count')} offending rows by name",
            found=str(len(rows)),
            next_step="use an expectation that judges each row of a column",
        )


def _observed(result: Mapping[str, Any]) -> str:
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} of {result['element_count']} rows"
    return f"{result.get('observed_value')} rows"


def _first_line(message: object) -> str:
    return (str(message).strip().splitlines() or ["no message"])[0]
