"""Hand released ledger lines to finance: extract and breach extract with control totals and hashes in the outbox.

* **Inputs**: `finance.ledger_line`; the asset `published_marts`; the receivers (docs/extracts.md).
* **Outputs**: per receiver the files of its layout, `breach_extract_NNNNNN.csv`, `clock_extract_NNNNNN.csv`, a control
  file beside each; numbers have no gaps.
* **On failure**: a number that was given keeps its bytes; the next run writes them. A draft that fails an expectation
  gets no number and stays in.
"""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from supplier_sla.orchestration.names import (
    DAG_DEFAULTS,
    EXTRACT_DAG,
    PUBLISHED_MARTS,
    RUN_PARAMETERS,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of


@dag(
    dag_id=EXTRACT_DAG,
    schedule=[PUBLISHED_MARTS],
    params=RUN_PARAMETERS,
    tags=tags(1),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def publish_finance_extracts() -> None:
    @task(doc_md="Judge and number what may leave, write what has not reached the outbox.")
    def write_extracts() -> list[str]:
        from supplier_sla.night.stages import write_extracts as write

        return write(as_of=as_of_of(get_current_context()))

    write_extracts()


publish_finance_extracts()
