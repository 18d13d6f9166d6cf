"""A real DAG run lands and archives from S3, with credentials that only an Airflow connection has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplier_sla.night.airflow_home import airflow_environment, file_metadata_url
from supplier_sla.settings import Settings
from tests.conftest import REPOSITORY, Warehouse
from tests.support.remote_servers import SECRET, S3Server, s3_server

SUPPLIERS = b"supplier_id,supplier_name,valid_from,updated_at\nS1,One,,\nS2,Two,,\n"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


def run_ingest(warehouse: Warehouse, home: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    settings = Settings(
        home=home,
        landing=home / "landing",
        outbox=home / "outbox",
        loader_url=warehouse.loader_url,
        transformer_url=warehouse.transformer_url,
        bi_reader_url=warehouse.bi_reader_url,
    )
    settings.landing.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        **airflow_environment(settings, file_metadata_url(settings)),
        "PYTHONPATH": os.pathsep.join((str(REPOSITORY / "plugins"), str(REPOSITORY))),
        **variables,
    }
    command = [sys.executable, "-m", "tests.support.one_dag_run", "ingest_exports", "2026-02-10T22:54:00Z"]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=300)


def test_a_dag_run_lands_from_s3_by_an_airflow_connection_and_shows_no_secret(
    module_warehouse: Warehouse, tmp_path: Path, s3: S3Server
) -> None:
    client = s3.client()
    client.mkdir("exports")
    client.pipe("exports/in/suppliers.csv", SUPPLIERS)
    landings = [
        {
            "name": "desk",
            "address": "s3://exports/in",
            "connection": "desk_s3",
            "archive": "s3://exports/done",
            "settling_seconds": 0,
        }
    ]
    connection = {
        "conn_type": "aws",
        "login": "exporter",
        "password": SECRET,
        "extra": json.dumps({"endpoint_url": s3.endpoint}),
    }
    variables = {
        "SUPPLIER_SLA_REMOTE_LANDINGS": json.dumps(landings),
        "AIRFLOW_CONN_DESK_S3": json.dumps(connection),
    }
    run = run_ingest(module_warehouse, tmp_path, variables)
    told = run.stdout + run.stderr
    assert told.strip().endswith("success"), told[-3000:]
    assert module_warehouse.query("select relative_path, state, is_checked from ops.delivery") == [
        ("desk:suppliers.csv", "loaded", True)
    ]
    assert client.find("exports") == ["exports/done/suppliers.csv"]
    written = "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*.log"))
    assert SECRET not in told + written
