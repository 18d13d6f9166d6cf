"""Service hours and limits that explain the ServiceNow log. To look: `python -m tests.support.servicenow_fit LOG.csv`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.support.servicenow_log import Incident, read_incidents
from tests.support.verdict_fit import Fit, ServiceHours, Verdict, best_fits

MODERATE_AND_LOW = ("P3", "P4")
# The log names no zone. Its updates crowd between 8 and 19 o'clock of its own clock, here read as UTC; the other zones stand
# for service hours that lie earlier or later, as with a schedule left in another country's zone. The likelier come first.
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "America/New_York", "America/Los_Angeles", "Asia/Kolkata")
WORKING_HOURS = tuple(
    ServiceHours(zone, opens, closes) for zone in ZONES for opens in (8, 9, 7, 10) for closes in (18, 17, 19, 20, 16)
)
ROUND_THE_CLOCK = ServiceHours("UTC", 0, 24, day_count=7)


def verdicts_to_closing(incidents: Iterable[Incident]) -> list[Verdict]:
    """From the opening to the closing, under each priority while it held."""
    return _verdicts(incidents, ("closed",))


def verdicts_to_resolution(incidents: Iterable[Incident]) -> list[Verdict]:
    """The same to the resolution."""
    return _verdicts(incidents, ("resolved", "closed"))


def by_opening_priority(incidents: Iterable[Incident]) -> list[Verdict]:
    """To the closing, as if the first priority had held throughout."""
    return [
        Verdict(verdict.from_at, ((verdict.classes[0][0], verdict.classes[-1][1]),), verdict.is_met)
        for verdict in verdicts_to_closing(incidents)
    ]


def fit_working_hours(incidents: Iterable[Incident]) -> list[Fit]:
    """All candidates of working hours, best first."""
    return best_fits(verdicts_to_closing(incidents), WORKING_HOURS, MODERATE_AND_LOW)


def _verdicts(incidents: Iterable[Incident], stop_states: Sequence[str]) -> list[Verdict]:
    verdicts = []
    for incident in incidents:
        stopped_at = incident.entered(*stop_states)
        if stopped_at is None:
            raise ValueError(f"{incident.number} is in none of {stop_states} at the end of the log")
        verdicts.append(Verdict(incident.opened_at, incident.priorities_until(stopped_at), incident.is_met))
    return verdicts


def _print(title: str, fits: Iterable[Fit], verdicts: Iterable[Verdict]) -> None:
    compared = Counter(verdict.class_code for verdict in verdicts)
    sys.stdout.write(f"{title}\n")
    for each in fits:
        sys.stdout.write(f"  {each.agreed(*MODERATE_AND_LOW)} of P3 and P4, {each.agreed()} of all: {each.hours}\n")
        for code, limit in sorted(each.limits.items()):
            sys.stdout.write(f"      {code} {each.explained.get(code, 0)} of {compared[code]} with {limit}\n")


def main(log: Path) -> None:
    """Print the best candidates and what other terms would explain."""
    incidents = read_incidents(log)
    fits = fit_working_hours(incidents)
    equals = [each for each in fits if each.agreed() == fits[0].agreed()]
    own_clock = next(each for each in fits if each.hours.time_zone == "UTC")
    chosen = [fits[0].hours, own_clock.hours, ROUND_THE_CLOCK]
    sys.stdout.write(f"{len(equals)} of {len(fits)} candidates of working hours are as good as the best\n")
    for title, verdicts in {
        "opened to closed, each priority while it held": verdicts_to_closing(incidents),
        "opened to closed, priority of the opening": by_opening_priority(incidents),
        "opened to resolved, each priority while it held": verdicts_to_resolution(incidents),
    }.items():
        _print(title, best_fits(verdicts, chosen, MODERATE_AND_LOW), verdicts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
