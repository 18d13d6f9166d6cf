"""Real DAG runs of the nightly DAGs, one after the other, in this process."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from supplier_sla.errors import SupplierSlaError
from supplier_sla.night.console import Console
from supplier_sla.settings import REPOSITORY

# A person waits: the pause between tries is seconds here, minutes under the scheduler.
RETRY_DELAY = timedelta(seconds=2)


class NightFailed(SupplierSlaError):
    """A task of the night failed for good."""


@dataclass
class NightRuns:
    """What the runs left behind for the summary; seconds are wall and CPU of this process, per task."""

    ingest_run_id: str = ""
    files_seen: dict[str, int] = field(default_factory=dict)
    task_seconds: list[tuple[str, float, float]] = field(default_factory=list)

    def slowest_tasks(self, least_seconds: float = 0.5) -> list[tuple[str, float, float]]:
        """Tasks that took at least so long, in the order in which they ran."""
        return [entry for entry in self.task_seconds if entry[1] >= least_seconds]


def run_nightly_dags(console: Console, configuration: dict[str, Any]) -> NightRuns:
    """Run every nightly DAG with `configuration` as its parameters.

    Raises:
        NightFailed: a DAG file does not load, or a task failed; names the task, its error and its log.
    """
    from airflow.dag_processing.dagbag import DagBag

    from supplier_sla.orchestration.names import INGEST_DAG, NIGHTLY_DAGS

    bag = DagBag(str(REPOSITORY / "dags"))
    for path, error in bag.import_errors.items():
        raise NightFailed(
            f"DAG file {path}",
            expected="a file that loads",
            found=str(error).strip().splitlines()[-1],
            next_step=f"read {console.main_log}",
        )
    for dag in bag.dags.values():
        for task in dag.tasks:
            task.retry_delay = RETRY_DELAY
    runs = NightRuns()
    errors = _watch_tasks(console, runs)
    with _scheduler_kept_away(NIGHTLY_DAGS, Path(os.environ["AIRFLOW_HOME"]) / "paused_by_night.json"):
        for dag_id in NIGHTLY_DAGS:
            console.say(f"{dag_id}")
            run = bag.dags[dag_id].test(run_conf=configuration)
            if run.state != "success":
                raise _failure(console, dag_id, run, errors)
            if dag_id == INGEST_DAG:
                runs.ingest_run_id = run.run_id
                runs.files_seen = _returned_by(run, "load_exports")
    return runs


def _returned_by(run: Any, task_id: str) -> Any:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        query = XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, task_ids=task_id, key="return_value")
        return XComModel.deserialize_value(session.scalars(query).one())


def _failure(console: Console, dag_id: str, run: Any, errors: dict[tuple[str, str], Any]) -> NightFailed:
    failed = [instance for instance in run.get_task_instances() if instance.state == "failed"]
    first = min(failed, key=lambda instance: instance.end_date or instance.start_date, default=None)
    task_id = first.task_id if first else "?"
    error = errors.get((dag_id, task_id))
    found = str(error) if isinstance(error, SupplierSlaError) else _telling(error)
    folder = console.log_folder / f"dag_id={dag_id}" / f"run_id={run.run_id}" / f"task_id={task_id}"
    return NightFailed(
        f"task {dag_id}.{task_id}",
        expected="success",
        found=found,
        next_step=f"read the log in {folder}, mend, run again; readers keep the last published night",
    )


def _telling(error: Any) -> str:
    from supplier_sla.orchestration.dbt_progress import telling_line

    name = f"{type(error).__name__}: " if isinstance(error, BaseException) else ""
    return name + telling_line(error)


def _watch_tasks(console: Console, runs: NightRuns) -> dict[tuple[str, str], Any]:
    """Log each attempt where Airflow's pages look for it, say how tasks end, keep the last error of each task."""
    from airflow.listeners import hookimpl
    from airflow.sdk.listener import get_listener_manager

    errors: dict[tuple[str, str], Any] = {}
    started: dict[str, tuple[float, float]] = {}

    class TaskWatch:
        @hookimpl
        def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
            started[task_instance.task_id] = (time.monotonic(), time.process_time())
            console.write_to(
                console.log_folder
                / f"dag_id={task_instance.dag_id}"
                / f"run_id={task_instance.run_id}"
                / f"task_id={task_instance.task_id}"
                / f"attempt={task_instance.try_number}.log"
            )

        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
            self._ended(task_instance, "done")

        @hookimpl
        def on_task_instance_skipped(self, previous_state: Any, task_instance: Any) -> None:
            self._ended(task_instance, "skipped")

        @hookimpl
        def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:
            errors[task_instance.dag_id, task_instance.task_id] = error
            is_tried_again = task_instance.try_number <= task_instance.max_tries
            self._ended(task_instance, "failed, is tried again" if is_tried_again else "failed")

        def _ended(self, task_instance: Any, outcome: str) -> None:
            wall, cpu = started.get(task_instance.task_id, (time.monotonic(), time.process_time()))
            wall, cpu = time.monotonic() - wall, time.process_time() - cpu
            runs.task_seconds.append((f"{task_instance.dag_id}.{task_instance.task_id}", wall, cpu))
            follows_a_model = task_instance.task_id.startswith("dbt.") and "producer" not in task_instance.task_id
            if not follows_a_model or outcome == "failed":
                console.say(f"  {task_instance.task_id} {outcome} ({wall:.1f} s)")
            console.write_to_main_log()

    get_listener_manager().add_listener(TaskWatch())
    return errors


@contextmanager
def _scheduler_kept_away(dag_ids: tuple[str, ...], note: Path) -> Iterator[None]:
    """Pause the DAGs while they run here; a scheduler on the same metadata would start them a second time.

    `note` remembers which were awake, so that after a killed night the next one wakes them.
    """
    from airflow.models.asset import AssetDagRunQueue
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session
    from sqlalchemy import delete, select, update

    with create_session() as session:
        awake = list(session.scalars(select(DagModel.dag_id).where(DagModel.dag_id.in_(dag_ids), ~DagModel.is_paused)))
        awake += json.loads(note.read_text(encoding="utf-8")) if note.exists() else []
        note.write_text(json.dumps(awake), encoding="utf-8")
        session.execute(update(DagModel).where(DagModel.dag_id.in_(awake)).values(is_paused=True))
    try:
        yield
    finally:
        with create_session() as session:
            session.execute(delete(AssetDagRunQueue).where(AssetDagRunQueue.target_dag_id.in_(dag_ids)))
            session.execute(update(DagModel).where(DagModel.dag_id.in_(awake)).values(is_paused=False))
        note.unlink(missing_ok=True)
