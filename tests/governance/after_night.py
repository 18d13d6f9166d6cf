"""What runs after each publication of the scenarios, in this order, as the DAGs that follow `published_marts` do."""

from __future__ import annotations

from tests.support.scenario_nights import AfterNight

AFTER_NIGHT: tuple[AfterNight, ...] = ()
