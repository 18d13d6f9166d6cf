"""What runs after each publication of the scenarios, in this order, as the DAGs that follow `published_marts` do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from supplier_sla.database import session
from supplier_sla.notices.issue import issue_notices
from supplier_sla.scorecards.publishing import publish_due
from tests.conftest import Warehouse
from tests.support.scenario_nights import AfterNight


def issue(warehouse: Warehouse, home: Path, as_of: datetime) -> None:
    """Issue the notices that are due."""
    with session(warehouse.transformer_url) as connection:
        issue_notices(connection, outbox=home / "outbox", limit=10_000)


def publish_scorecards(warehouse: Warehouse, home: Path, as_of: datetime) -> None:
    """Freeze the scorecards that are due."""
    with session(warehouse.transformer_url) as connection:
        publish_due(connection, as_of=as_of)


# What these read, whatever the chosen cases speak of.
MARTS_READ = ("fct_supplier_period_scorecard", "fct_supplier_period_score", "rpt_supplier_notice_due")
AFTER_NIGHT: tuple[AfterNight, ...] = (publish_scorecards, issue)
