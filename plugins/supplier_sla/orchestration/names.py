"""Names and settings that DAGs share, in one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, Param

INGEST_DAG = "ingest_exports"
BUILD_DAG = "build_sla_warehouse"
EXTRACT_DAG = "publish_finance_extracts"
CLOSE_DAG = "close_accounting_period"
ISSUE_NOTICES_DAG = "issue_supplier_notices"
SEND_NOTICES_DAG = "send_supplier_notices"
SCORECARD_DAG = "publish_supplier_scorecards"
NIGHTLY_DAGS = (INGEST_DAG, BUILD_DAG, EXTRACT_DAG, SCORECARD_DAG, ISSUE_NOTICES_DAG, SEND_NOTICES_DAG)

# Airflow's connection to the mail server; without it letters are in the outbox only.
SMTP_CONNECTION = "smtp_default"

RAW_DELIVERIES = Asset("raw_deliveries", uri="x-supplier-sla://warehouse/raw")
PUBLISHED_MARTS = Asset("published_marts", uri="x-supplier-sla://warehouse/marts")
ISSUED_NOTICES = Asset("issued_notices", uri="x-supplier-sla://warehouse/notices")

# 01:00 UTC: the exports of every zone's working day have been delivered.
NIGHTLY_CRON = "0 1 * * *"
# Between nights letters wait for the end of quiet hours.
HOURLY_CRON = "20 * * * *"
FIRST_NIGHT = datetime(2026, 1, 1, tzinfo=UTC)

TASK_DEFAULTS: dict[str, Any] = {
    "owner": "data-platform",
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=1),
}
# One run of a DAG at a time, none for nights that were missed: the next one works through what they would have.
DAG_DEFAULTS: dict[str, Any] = {
    "start_date": FIRST_NIGHT,
    "catchup": False,
    "max_active_runs": 1,
    "default_args": TASK_DEFAULTS,
}

RUN_PARAMETERS = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date-time",
        description="Instant for which the night is computed; empty: the trigger's, or the end of the data interval.",
    ),
}
BUILD_PARAMETERS = {
    **RUN_PARAMETERS,
    "force_build": Param(
        False, type="boolean", description="Build although nothing is new since the last publication."
    ),
    "full_refresh": Param(
        False, type="boolean", description="The same, and into an emptied slot: every table is built anew."
    ),
}


def tags(tier: int) -> list[str]:
    """Tags of a DAG; tier 1 means that finance waits for it."""
    return ["supplier_sla", f"impact/tier_{tier}"]
