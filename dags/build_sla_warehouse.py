"""Build the slot that readers do not see, check it, and switch the readers to it.

* **Inputs**: accepted rows of `raw`; the asset `raw_deliveries`.
* **Outputs**: views in `marts`, new lines in `finance.ledger_line`, one row in `ops.publication`, the asset
  `published_marts`.
* **On failure**: readers keep the last good night. Mend and run again from `choose_slot` on; a slot that was built but
  not published is emptied and built in full.
* **Nothing new**: with the deliveries, models and `as_of` of the last publication everything is skipped
  (`force_build` builds).
* **Incremental**: a slot keeps its tables and changes what changed since its own last published build. It is emptied
  and built in full when models, checks or server changed, or on demand (`full_refresh`).
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import Metadata, dag, get_current_context, task

from supplier_sla.orchestration.dbt_group import dbt_group, gate_dbt_group
from supplier_sla.orchestration.names import (
    BUILD_DAG,
    BUILD_PARAMETERS,
    DAG_DEFAULTS,
    PUBLISHED_MARTS,
    RAW_DELIVERIES,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of
from supplier_sla.settings import Settings

CHOOSE_SLOT, VALIDATE_SLOT = "choose_slot", "validate_slot"


@dag(
    dag_id=BUILD_DAG,
    schedule=[RAW_DELIVERIES],
    params=BUILD_PARAMETERS,
    tags=tags(1),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def build_sla_warehouse() -> None:
    @task.short_circuit(
        task_id=CHOOSE_SLOT, doc_md="Reserve the slot that readers do not see; skip when nothing is new."
    )
    def choose_slot() -> str | None:
        from supplier_sla.night.stages import choose_slot as choose

        context = get_current_context()
        return choose(
            as_of=as_of_of(context),
            run_id=context["dag_run"].run_id,
            force=bool(context["params"].get("force_build")),
            full_refresh=bool(context["params"].get("full_refresh")),
        )

    @task(task_id=VALIDATE_SLOT, doc_md="The door out: expectations over the new slot before anybody sees it.")
    def validate_slot(slot: str) -> None:
        from supplier_sla.night.stages import validate_slot as validate

        validate(slot=slot, as_of=as_of_of(get_current_context()))

    @task(outlets=[PUBLISHED_MARTS], doc_md="Switch, post the ledger and record the publication in one transaction.")
    def publish_slot(slot: str) -> Iterator[Metadata]:
        from supplier_sla.night.stages import publish_slot as publish

        context = get_current_context()
        publish(slot=slot, run_id=context["dag_run"].run_id)
        yield Metadata(PUBLISHED_MARTS, extra={"as_of": as_of_of(context).isoformat()})

    slot = choose_slot()
    models = dbt_group(Settings.from_environment(), "{{ ti.xcom_pull(task_ids='" + CHOOSE_SLOT + "') }}")
    # Where the tasks run, `slot` is the text that choose_slot returned; the decorators' types do not say so.
    slot >> models >> validate_slot(slot) >> publish_slot(slot)  # type: ignore[arg-type]


gate_dbt_group(build_sla_warehouse(), before=CHOOSE_SLOT, after=VALIDATE_SLOT)
