"""dbt inside a DAG: one in-process build; models of intermediate and marts visible as tasks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Container
from typing import Any, cast

from airflow.sdk import DAG, BaseOperator, TriggerRule
from cosmos.airflow.task_group import DbtTaskGroup
from cosmos.config import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from supplier_sla.dbt_runs import PROFILE, TARGET, address_variables, manifest_path, slot_variables
from supplier_sla.orchestration.dbt_progress import dbt_progress
from supplier_sla.settings import Settings

GROUP = "dbt"
PRODUCER = f"{GROUP}.dbt_producer_watcher"

# Following a node costs the night a quarter of a second, more than most nodes take to build. Vocabularies, the typed
# views on raw and tests have no task of their own: the producer's speaks for them, and what rests on them is skipped.
WITHOUT_TASK = ["path:seeds", "path:models/staging"]


def dbt_group(settings: Settings, slot: str) -> DbtTaskGroup:
    """The task group; `slot` is a template, because the slot is chosen while the DAG runs.

    The password reaches dbt through the process environment, not through the operator's `env`, which the UI shows.
    """
    os.environ.update(address_variables(settings.transformer_url))
    return DbtTaskGroup(
        group_id=GROUP,
        project_config=ProjectConfig(
            dbt_project_path=settings.dbt_project,
            manifest_path=manifest_path(settings),
            project_name=PROFILE,
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name=PROFILE, target_name=TARGET, profiles_yml_filepath=settings.dbt_project / "profiles.yml"
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER, invocation_mode=InvocationMode.DBT_RUNNER
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.NONE,
            emit_datasets=False,
            exclude=WITHOUT_TASK,
        ),
        operator_args={
            "append_env": True,
            "env": slot_variables(settings, slot),
            "dbt_runner_callbacks": [dbt_progress],
            "install_deps": False,
            "deferrable": False,
            "poke_interval": 1,
        },
    )


def gate_dbt_group(dag: DAG, before: str, after: str) -> None:
    """Make every first model wait for the producer: without this edge the watching tasks block the build they watch.

    When task `before` fails nothing of the group runs; when the build fails, the tasks show which model did, and task
    `after` does not run whatever they show.
    """
    # Nothing of this DAG is mapped: each task is an operator.
    tasks = cast("list[BaseOperator]", dag.tasks)
    producer = cast(BaseOperator, dag.get_task(PRODUCER))
    # A second try of the producer would skip itself; a second try of a watcher would build its model alone.
    producer.retries = 0
    # What has no task of its own is built and tested nevertheless.
    producer.exclude = None
    producer.dbt_cmd_flags = []
    dag.get_task(after).set_upstream(producer)
    # Airflow copies a task before it runs it; the maps that these two share are the same in both.
    parser_of_events = producer._make_parse_callable  # type: ignore[attr-defined]
    followed = {task.model_unique_id for task in tasks if hasattr(task, "model_unique_id")}
    producer._make_parse_callable = lambda: last_words_only(parser_of_events(), followed)
    producer.doc_md = "Runs the whole dbt build, tests included, in one process; its log is dbt's log."
    for task in tasks:
        if not task.task_id.startswith(f"{GROUP}.") or task.task_id == PRODUCER:
            continue
        if not any(upstream.startswith(f"{GROUP}.") for upstream in task.upstream_task_ids):
            task.set_upstream([producer] if before in task.upstream_task_ids else [producer, dag.get_task(before)])
            task.trigger_rule = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
        task.retries = 0
        # It runs no dbt: what dbt's environment is, each would ask Airflow three times.
        task.env = {}
        task.doc_md = f"Follows one node of the build that {PRODUCER} runs; its log is there."
        task._fallback_to_non_watcher_run = _refuse_second_build


def last_words_only(parse: Callable[[str, Any], None], followed: Container[str]) -> Callable[[str, Any], None]:
    """What Cosmos does with a line of dbt's log, spared what the following tasks never see.

    Cosmos writes XComs at every stage of every node, each over the last, about eight for a model; each is a request
    that the build waits for. The last stage says it all, and of tests and other nodes that no task follows nobody asks:
    the rest is left out, lines about results only logged.

    Args:
        parse: what Cosmos does with a line.
        followed: unique ids of the nodes that have a task.
    """

    def parse_what_counts(line: str, extra: Any) -> None:
        event = json.loads(line)
        data = event.setdefault("data", {})
        name, level = event["info"]["name"], event["info"]["level"]
        is_followed = data.get("node_info", {}).get("unique_id") in followed
        # A node that was skipped counts as failed for Cosmos only if it hears of the skipping first.
        if is_followed and (name in ("NodeFinished", "SkippingDetails") or level in ("warn", "error")):
            parse(line, extra)
        elif level != "debug":
            event["data"].pop("node_info", None)
            parse(json.dumps(event), extra)

    return parse_what_counts


def _refuse_second_build(*_arguments: Any, **_keywords: Any) -> None:
    raise RuntimeError(f"dbt did not reach this node: read the log of {PRODUCER}")
