"""The file door: what an extract says is judged before it gets its number and leaves for finance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from supplier_sla.database import session
from supplier_sla.extracts.draft import Draft
from supplier_sla.periods.open_period import open_period
from supplier_sla.quality.data_docs import write_front_page
from supplier_sla.quality.delivered_rows import sql_timestamp
from supplier_sla.quality.door_out import failed_expectation
from supplier_sla.quality.failed_expectation import FailedExpectation
from supplier_sla.quality.runner import Subject, run_suites
from supplier_sla.quality.suite import DoorOutFileSuite, door_out_file_suite


def check_drafts(url: str, drafts: Sequence[Draft], as_of: datetime, docs: Path) -> dict[str, list[FailedExpectation]]:
    """Judge the drafts in `ops.extract_draft`, each receiver's by itself; pages go to `docs`/door_out_file.

    Returns what failed by receiver_code; nothing of a receiver with a critical failure may leave.

    Raises:
        ConfigurationInvalid: the suite cannot be read.
        CheckNotRun: an expectation could not be evaluated.
    """
    suite = door_out_file_suite()
    with session(url, application_name="supplier_sla_file_door") as connection, connection.cursor() as cursor:
        period = open_period(cursor, as_of)  # asked again: it may have been closed since the drafts were made
    codes = [draft.receiver_code for draft in drafts]
    subjects = [draft_subject(suite, code, period, as_of) for code in codes]
    results = run_suites(url, subjects, run_name="door_out_file", as_of=as_of, docs=docs / "door_out_file")
    write_front_page(docs)
    return {
        code: [failed_expectation(suite, failure) for failure in failures]
        for code, failures in zip(codes, results, strict=True)
    }


def draft_subject(
    suite: DoorOutFileSuite, receiver_code: str, period: date, as_of: datetime, *, schema: str = "ops"
) -> Subject:
    """The rows of one receiver, with the placeholders that the suite's SQL may use."""
    return Subject(
        name=f"{suite.name}_of_receiver_{receiver_code}",
        expectations=suite.expectations,
        schema=schema,
        table=suite.table,
        placeholders={
            "drafts": f"{schema}.{suite.table}",
            "receiver": receiver_code,
            "open_period": f"date '{period.isoformat()}'",
            "as_of": sql_timestamp(as_of),
        },
    )
