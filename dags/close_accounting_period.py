"""Close last month in finance's books on the n-th working day of a calendar, after the night of that day.

* **Inputs**: `finance.ledger_line`, the published estimates and roll-forward; the asset `published_marts`; the settings
  `SUPPLIER_SLA_CLOSE_CALENDAR` and `SUPPLIER_SLA_CLOSE_WORKING_DAY`. Without them nothing is closed, and the task says
  so.
* **Outputs**: a row in `finance.accounting_period` with the seal, the accrual in `finance.accrual`, the roll-forward in
  `finance.accounting_period_movement`.
* **On failure**: the month stays open, whole; later nights try again, or `scripts/close_period YYYY-MM`.
"""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from supplier_sla.orchestration.names import (
    CLOSE_DAG,
    DAG_DEFAULTS,
    PUBLISHED_MARTS,
    RUN_PARAMETERS,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of


@dag(
    dag_id=CLOSE_DAG,
    schedule=[PUBLISHED_MARTS],
    params=RUN_PARAMETERS,
    tags=tags(1),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def close_accounting_period() -> None:
    @task(doc_md="Close last month when the calendar's working day has come; nothing before, nothing twice.")
    def freeze_period() -> list[str]:
        from supplier_sla.night.stages import close_due_periods as close

        return close(as_of=as_of_of(get_current_context()))

    freeze_period()


close_accounting_period()
