"""The instant a run is computed for. It comes from the run, never from the clock of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant


class RunInstantMissing(SupplierSlaError):
    """Neither the parameters nor the trigger nor the interval of a run say for which instant it is."""


def as_of_of(context: Mapping[str, Any]) -> datetime:
    """From the parameter as_of, else the asset event that triggered the run, else the end of its data interval.

    Raises:
        RunInstantMissing: none of the three is there, as in a manual run without the parameter.
    """
    stated = context["params"].get("as_of")
    if stated:
        return parse_instant(str(stated))
    # All events since the last triggered run arrive together: the newest speaks, whatever instants the others carry.
    events = [
        event
        for events_of_asset in (context.get("triggering_asset_events") or {}).values()
        for event in events_of_asset
        if (event.extra or {}).get("as_of")
    ]
    if events:
        return parse_instant(str(max(events, key=lambda event: event.timestamp).extra["as_of"]))
    interval_end: datetime | None = getattr(context["dag_run"], "data_interval_end", None)
    if interval_end is not None:
        return interval_end
    raise RunInstantMissing(
        f"run {context['dag_run'].run_id}",
        expected="the parameter as_of, an asset event that carries it, or a data interval",
        found="none of them",
        next_step='trigger the run with {"as_of": "2026-02-10T22:54:00Z"}',
    )
