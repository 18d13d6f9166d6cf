"""What runs after each publication of the scenarios, in this order, as the DAGs that follow `published_marts` do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from supplier_sla.database import session
from supplier_sla.notices.issue import issue_notices
from tests.conftest import Warehouse
from tests.support.scenario_nights import AfterNight


def _issue_notices(warehouse: Warehouse, home: Path, as_of: datetime) -> None:
    with session(warehouse.transformer_url) as connection:
        issue_notices(connection, outbox=home / "outbox", limit=10_000)


AFTER_NIGHT: tuple[AfterNight, ...] = (_issue_notices,)
