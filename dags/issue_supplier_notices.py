"""Issue the reminders, warnings and formal notices that are due: number, letter in the supplier's language, outbox.

* **Inputs**: `marts.rpt_supplier_notice_due`; the asset `published_marts`; the setting `SUPPLIER_SLA_NOTICE_LIMIT`.
* **Outputs**: rows in `governance.notice`, the files `notices/notice_NNNNNN.html` and `.txt` of the outbox; numbers
  have no gaps; the asset `issued_notices`.
* **On failure**: a number that was given keeps its bytes; the next run writes them. When more notices are due than the
  limit allows none is issued: look whether a rule is wrong before raising it.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import Metadata, dag, get_current_context, task

from supplier_sla.orchestration.names import (
    DAG_DEFAULTS,
    ISSUE_NOTICES_DAG,
    ISSUED_NOTICES,
    PUBLISHED_MARTS,
    RUN_PARAMETERS,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of


@dag(
    dag_id=ISSUE_NOTICES_DAG,
    schedule=[PUBLISHED_MARTS],
    params=RUN_PARAMETERS,
    tags=tags(2),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def issue_supplier_notices() -> None:
    @task(outlets=[ISSUED_NOTICES], doc_md="Number what is due, write what has not reached the outbox.")
    def write_notices() -> Iterator[Metadata]:
        from supplier_sla.night.stages import issue_due_notices

        issue_due_notices()
        yield Metadata(ISSUED_NOTICES, extra={"as_of": as_of_of(get_current_context()).isoformat()})

    write_notices()


issue_supplier_notices()
