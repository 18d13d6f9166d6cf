"""The door in: every delivery is judged as a whole before any model reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.quality.data_docs import write_front_page
from supplier_sla.quality.delivered_rows import delivery_figures_query
from supplier_sla.quality.failed_expectation import FailedExpectation
from supplier_sla.quality.runner import ROWS_PER_QUERY, Subject, run_suites
from supplier_sla.quality.suite import DoorInSuite, door_in_suite

REASON_CODE = "delivery_refused"


@dataclass(frozen=True)
class LandedDelivery:
    """A delivery whose rows are in raw.<entity>."""

    delivery_id: int
    entity: str


@dataclass(frozen=True)
class DoorVerdict:
    """What the suite of its entity says about one delivery; `failed` is empty when all held."""

    delivery_id: int
    entity: str
    failed: tuple[FailedExpectation, ...]

    @property
    def is_refused(self) -> bool:
        """True when an expectation of severity critical failed."""
        return any(failure.is_critical for failure in self.failed)

    @property
    def reason(self) -> str:
        """Why the delivery is refused: the critical failures, one line."""
        return "; ".join(
            f"{failure.name}: {failure.column} is {failure.observed}. {failure.reason}"
            for failure in self.failed
            if failure.is_critical
        )


def check_door_in(url: str, deliveries: Iterable[LandedDelivery], as_of: datetime, docs: Path) -> list[DoorVerdict]:
    """Judge tonight's deliveries in one run of Great Expectations; pages go to `docs`/door_in and show this run only.

    One verdict per delivery, in order of delivery_id; deliveries of entities without a suite pass. Without deliveries
    nothing is run and the pages stay as they are.

    Raises:
        ConfigurationInvalid: a suite cannot be read.
        CheckNotRun: an expectation could not be evaluated; that is never the fault of a delivery.
    """
    landed = sorted(set(deliveries), key=lambda delivery: delivery.delivery_id)
    subjects = _subjects(landed, as_of)
    failed: dict[int, list[FailedExpectation]] = defaultdict(list)
    if subjects:
        judged = [subject for _, subject in subjects]
        results = run_suites(url, judged, run_name="door_in", as_of=as_of, docs=docs / "door_in")
        write_front_page(docs)
        for (suite, _), failures in zip(subjects, results, strict=True):
            for failure in failures:
                column = failure.expected.kwargs["column"]
                for row in failure.rows:
                    failed[int(row["delivery_id"])].append(
                        FailedExpectation(
                            suite=suite.name,
                            name=failure.expected.name,
                            column=column,
                            reason=failure.expected.reason,
                            severity=failure.expected.severity,
                            observed=str(row[column]),
                        )
                    )
    return [DoorVerdict(each.delivery_id, each.entity, tuple(failed[each.delivery_id])) for each in landed]


def refuse_deliveries(connection: Connection, verdicts: Iterable[DoorVerdict]) -> int:
    """Keep refused deliveries away from the models: state `refused` with the reason, every loaded row quarantined.

    Runs inside the caller's transaction, as `loader`. The rows stay in raw (append-only); models read only deliveries
    that are not refused. rows_in_file = rows_loaded + rows_quarantined + rows_repeated still holds. Returns the number
    of deliveries refused; repeating the call changes nothing.
    """
    refused = [verdict for verdict in verdicts if verdict.is_refused]
    with connection.cursor() as cursor:
        return sum(_refuse(cursor, verdict) for verdict in refused)


def _subjects(landed: Sequence[LandedDelivery], as_of: datetime) -> list[tuple[DoorInSuite, Subject]]:
    ids_by_entity: dict[str, list[int]] = defaultdict(list)
    for delivery in landed:
        ids_by_entity[delivery.entity].append(delivery.delivery_id)
    subjects = []
    for entity, ids in sorted(ids_by_entity.items()):
        suite = door_in_suite(entity)
        if suite is None:
            continue
        for start in range(0, len(ids), ROWS_PER_QUERY):
            part = ids[start : start + ROWS_PER_QUERY]
            name = suite.name if start == 0 else f"{suite.name}_from_delivery_{part[0]}"
            query = delivery_figures_query(suite, part, as_of)
            subjects.append((suite, Subject(name, suite.expectations, query=query)))
    return subjects


# One quarantined row per line: a line that the file contract had already kept out is not in raw, so it is not repeated.
# Numbered on without gaps, as the loader does it: the identity of the table knows nothing of the loader's numbers.
QUARANTINE_ROWS = """
insert into ops.quarantined_row (quarantine_id, delivery_id, entity, line, expected, reason_code, record, as_of)
overriding system value
select (select coalesce(max(quarantine_id), 0) from ops.quarantined_row) + row_number() over (order by refused._line),
    delivery.delivery_id, delivery.entity, refused._line, %(reason)s, %(reason_code)s,
    jsonb_strip_nulls(to_jsonb(refused) - '{{_delivery_id,_line,_version_at,_row_hash}}'::text[]), delivery.as_of
from ops.delivery as delivery
inner join raw.{entity} as refused on refused._delivery_id = delivery.delivery_id
where delivery.delivery_id = %(delivery_id)s and delivery.state <> 'refused'
"""

SETTLE_DELIVERY = """
update ops.delivery
set state = 'refused', reason = %(reason)s, rows_quarantined = rows_quarantined + rows_loaded, rows_loaded = 0
where delivery_id = %(delivery_id)s and state <> 'refused'
"""


def _refuse(cursor: Cursor, verdict: DoorVerdict) -> int:
    values = {"delivery_id": verdict.delivery_id, "reason": verdict.reason, "reason_code": REASON_CODE}
    cursor.execute(sql.SQL(QUARANTINE_ROWS).format(entity=sql.Identifier(verdict.entity)), values)
    cursor.execute(SETTLE_DELIVERY, values)
    return int(cursor.rowcount)
