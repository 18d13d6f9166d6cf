"""Land tonight's exports: read every new file into `raw`, judge each delivery at the door in, archive what is done.

* **Inputs**: files in the landing folder and in the remote landings (`SUPPLIER_SLA_REMOTE_LANDINGS`, credentials from
  Airflow's connections), read by source profiles; see `docs/exports.md`.
* **Outputs**: rows in `raw`, deliveries and quarantined rows in `ops`, the asset `raw_deliveries`, Data Docs.
* **On failure**: what was loaded stays and is not loaded again; run it again. A bad file is no failure: it is refused
  or quarantined with its reason, and the other files go on. A remote landing out of reach fails the task after
  everything else was landed.
* **Backfill**: `airflow backfill create --dag-id ingest_exports --from-date ... --to-date ...`; `as_of` is the end of
  the interval. Files are landed whatever the night; the build that follows refuses an instant before the last
  publication.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow.sdk import CronDataIntervalTimetable, Metadata, dag, get_current_context, task

from supplier_sla.orchestration.connections import storage_options_of
from supplier_sla.orchestration.names import (
    DAG_DEFAULTS,
    INGEST_DAG,
    NIGHTLY_CRON,
    RAW_DELIVERIES,
    RUN_PARAMETERS,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of


@dag(
    dag_id=INGEST_DAG,
    schedule=CronDataIntervalTimetable(NIGHTLY_CRON, timezone="UTC"),
    params=RUN_PARAMETERS,
    tags=tags(1),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def ingest_exports() -> None:
    @task(doc_md="Read every new file of the landing folder and the remote landings into raw; count every row.")
    def load_exports() -> dict[str, int]:
        from supplier_sla.night.stages import load_exports as load

        context = get_current_context()
        return load(as_of=as_of_of(context), run_id=context["dag_run"].run_id, storage_options=storage_options_of)

    @task(outlets=[RAW_DELIVERIES], doc_md="Judge each delivery as a whole; a refused one is not read by any model.")
    def validate_deliveries() -> Iterator[Metadata]:
        from supplier_sla.night.stages import validate_deliveries as validate

        context = get_current_context()
        as_of = as_of_of(context)
        validate(as_of=as_of, run_id=context["dag_run"].run_id)
        yield Metadata(RAW_DELIVERIES, extra={"as_of": as_of.isoformat()})

    @task(doc_md="Move processed files to the archives, where a setting says so; by default everything stays.")
    def archive_files() -> int:
        from supplier_sla.night.stages import archive_files as archive

        context = get_current_context()
        return archive(as_of=as_of_of(context), run_id=context["dag_run"].run_id, storage_options=storage_options_of)

    load_exports() >> validate_deliveries() >> archive_files()


ingest_exports()
