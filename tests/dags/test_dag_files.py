"""The DAG files load, and what they wire is what a data team expects to find."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.dbt_runs import manifest_path, prepare_manifest
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.night.airflow_home import airflow_environment, file_metadata_url
from supplier_sla.settings import Settings
from tests.conftest import REPOSITORY, Warehouse


@pytest.fixture(scope="module")
def dags(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    home = tmp_path_factory.mktemp("airflow")
    settings = Settings(
        home=home,
        landing=home,
        outbox=home,
        loader_url=module_warehouse.loader_url,
        transformer_url=module_warehouse.transformer_url,
        bi_reader_url=module_warehouse.bi_reader_url,
    )
    before = dict(os.environ)
    os.environ.update(airflow_environment(settings, file_metadata_url(settings)))
    prepare_manifest(settings)
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(REPOSITORY / "dags"))
    assert bag.import_errors == {}
    yield bag.dags
    os.environ.clear()
    os.environ.update(before)


def test_the_dags_of_night_month_and_notices_are_there(dags: dict[str, Any]) -> None:
    assert set(dags) == {
        "ingest_exports", "build_sla_warehouse", "publish_finance_extracts", "close_accounting_period",
        "issue_supplier_notices", "send_supplier_notices",
        "publish_supplier_scorecards",
    }  # fmt: skip


def test_each_dag_says_what_it_reads_writes_and_what_a_failure_means(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert all(word in dag.doc_md for word in ("**Inputs**", "**Outputs**", "**On failure**")), dag.dag_id


def test_every_task_has_an_owner_a_timeout_and_documentation(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert task.owner == "data-platform", task.task_id
            assert task.execution_timeout is not None, task.task_id
            assert task.doc_md or task.doc or task.task_id.endswith("dbt_producer_watcher_done"), task.task_id


def test_own_tasks_are_tried_again_and_dbt_tasks_are_not(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert task.retries == (0 if task.task_id.startswith("dbt.") else 2), task.task_id


def test_every_model_behind_staging_is_a_task(dags: dict[str, Any]) -> None:
    tasks = {task_id.split(".")[1] for task_id in dags["build_sla_warehouse"].task_ids if task_id.startswith("dbt.")}
    models = REPOSITORY / "dbt_project" / "models"
    shown = {path.stem for layer in ("intermediate", "marts") for path in (models / layer).rglob("*.sql")}
    assert shown - {task.removesuffix("_run") for task in tasks} == set()


def test_what_is_no_task_is_built_and_tested_by_the_producer_and_stops_the_night(dags: dict[str, Any]) -> None:
    dag = dags["build_sla_warehouse"]
    producer = dag.get_task("dbt.dbt_producer_watcher")
    assert (producer.select, producer.exclude, producer.selector, producer.dbt_cmd_flags) == (None, None, None, [])
    assert producer.task_id in dag.get_task("validate_slot").upstream_task_ids


def test_no_dbt_task_runs_before_the_slot_is_chosen_and_the_build_has_ended(dags: dict[str, Any]) -> None:
    dag = dags["build_sla_warehouse"]
    producer = dag.get_task("dbt.dbt_producer_watcher")
    assert producer.upstream_task_ids == {"choose_slot"}
    for task in dag.tasks:
        if task.task_id.startswith("dbt.") and task is not producer:
            upstream = {upstream.task_id for upstream in task.get_flat_relatives(upstream=True)}
            assert {"choose_slot", producer.task_id} <= upstream, task.task_id


def test_checks_come_before_the_switch_and_nothing_after_it(dags: dict[str, Any]) -> None:
    dag = dags["build_sla_warehouse"]
    assert dag.get_task("publish_slot").upstream_task_ids >= {"validate_slot"}
    assert dag.get_task("publish_slot").downstream_task_ids == set()


def test_assets_lead_from_ingest_to_build_to_extracts_closing_and_notices(dags: dict[str, Any]) -> None:
    outlets = {asset.name for dag in dags.values() for task in dag.tasks for asset in task.outlets}
    assert outlets == {"raw_deliveries", "published_marts", "issued_notices"}
    assert "raw_deliveries" in str(dags["build_sla_warehouse"].timetable.asset_condition)
    for follower in ("publish_finance_extracts", "close_accounting_period", "issue_supplier_notices"):
        assert "published_marts" in str(dags[follower].timetable.asset_condition)
    assert "issued_notices" in str(dags["send_supplier_notices"].timetable.asset_condition)


def test_notices_are_sent_between_nights_too_because_quiet_hours_end_then(dags: dict[str, Any]) -> None:
    assert dags["send_supplier_notices"].timetable.timetable.expression == "20 * * * *"


def test_a_dag_runs_one_night_at_a_time(dags: dict[str, Any]) -> None:
    assert {dag.max_active_runs for dag in dags.values()} == {1}


def test_no_password_is_part_of_a_task(dags: dict[str, Any], module_warehouse: Warehouse) -> None:
    password = module_warehouse.transformer_url.split(":")[2].split("@")[0]
    for task in dags["build_sla_warehouse"].tasks:
        shown = {name: getattr(task, name, None) for name in task.template_fields}
        assert password not in repr(shown), task.task_id


def test_parsing_the_project_again_is_skipped_until_it_changes(dags: dict[str, Any]) -> None:
    settings = Settings.from_environment()
    assert manifest_path(settings).exists()
    assert prepare_manifest(settings) is False
    Path(manifest_path(settings).with_suffix(".fingerprint")).write_text("another project", encoding="utf-8")
    assert prepare_manifest(settings) is True


def test_a_connection_that_nobody_made_is_named_and_one_that_is_there_shows_no_secret(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from supplier_sla.orchestration.connections import ConnectionMissing, storage_options_of

    landing = RemoteLanding(name="desk", address="s3://exports", connection="desk_s3")
    with pytest.raises(ConnectionMissing, match="expected an Airflow connection desk_s3; found none"):
        storage_options_of(landing)
    monkeypatch.setenv("AIRFLOW_CONN_DESK_S3", '{"conn_type": "aws", "login": "ann", "password": "hunter2"}')
    options = storage_options_of(landing)
    assert (options["secret"], repr(options)) == ("hunter2", "StorageOptions(key, secret)")
