"""Freeze the scorecards whose day has come, after the night of that day.

* **Inputs**: the published `fct_supplier_period_scorecard` and `fct_supplier_period_score`; the asset
  `published_marts`; `publish_after_days` of the scorecard terms. Without it a card is frozen by command only.
* **Outputs**: rows in `governance.scorecard`, append-only and hash-chained; the marts show them from the next night on.
* **On failure**: nothing is frozen; later nights try again, or `scripts/publish_scorecards --due`.
"""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from supplier_sla.orchestration.names import (
    DAG_DEFAULTS,
    PUBLISHED_MARTS,
    RUN_PARAMETERS,
    SCORECARD_DAG,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of


@dag(
    dag_id=SCORECARD_DAG,
    schedule=[PUBLISHED_MARTS],
    params=RUN_PARAMETERS,
    tags=tags(2),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def publish_supplier_scorecards() -> None:
    @task(doc_md="Freeze cards that are due and were never frozen; nothing before their day, nothing twice.")
    def freeze_scorecards() -> list[str]:
        from supplier_sla.night.stages import freeze_due_scorecards as freeze

        return freeze(as_of=as_of_of(get_current_context()))

    freeze_scorecards()


publish_supplier_scorecards()
