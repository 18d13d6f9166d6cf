"""The door out: the idle slot is judged before readers are switched to it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from supplier_sla.quality.data_docs import write_front_page
from supplier_sla.quality.delivered_rows import sql_timestamp
from supplier_sla.quality.failed_expectation import FailedExpectation
from supplier_sla.quality.runner import Failure, Subject, run_suites
from supplier_sla.quality.suite import DoorOutSuite, door_out_suites


def check_door_out(url: str, slot_schema: str, as_of: datetime, docs: Path) -> list[FailedExpectation]:
    """Judge the readers' tables in `slot_schema`; pages go to `docs`/door_out and show this run only.

    An empty list means that all held. The caller must not switch when any `is_critical`.

    Raises:
        ConfigurationInvalid: a suite cannot be read.
        CheckNotRun: a table is missing or an expectation could not be evaluated.
    """
    suites = door_out_suites()
    subjects = [door_out_subject(suite, slot_schema, as_of) for suite in suites]
    results = run_suites(url, subjects, run_name="door_out", as_of=as_of, docs=docs / "door_out")
    write_front_page(docs)
    return [
        failed_expectation(suite, failure)
        for suite, failures in zip(suites, results, strict=True)
        for failure in failures
    ]


def door_out_subject(suite: DoorOutSuite, slot_schema: str, as_of: datetime) -> Subject:
    """The suite's table in one slot, with the placeholders that its SQL may use."""
    return Subject(
        name=suite.name,
        expectations=suite.expectations,
        schema=slot_schema,
        table=suite.table,
        placeholders={"slot": slot_schema, "as_of": sql_timestamp(as_of)},
    )


def failed_expectation(suite: DoorOutSuite, failure: Failure) -> FailedExpectation:
    """A failure as the door reports it."""
    return FailedExpectation(
        suite=suite.name,
        name=failure.expected.name,
        column=failure.expected.kwargs.get("column"),
        reason=failure.expected.reason,
        severity=failure.expected.severity,
        observed=failure.observed,
    )
