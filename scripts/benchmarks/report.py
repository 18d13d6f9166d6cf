"""Figures of one or several sizes, for people and as JSON."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.clock import Measurement
from benchmarks.dbt_build import Build
from benchmarks.duckdb_clock import Comparison
from benchmarks.server_cost import Cost

# What the clock is to reach at a million tickets on two cores.
FULL_OVER_FLOOR = 6.0
FULL_OVER_DUCKDB = 5.0
INCREMENT_CPU_OVER_FULL = 0.05
INCREMENT_OVER_DUCKDB = 1.0
CPU_PER_TICKET_GROWTH = 1.2

MEGABYTE = 1_000_000
MICROSECONDS = 1_000_000
NAME_WIDTH = 32
NODES_SHOWN = 12


@dataclass(frozen=True)
class Goal:
    """A ratio that must not exceed its limit."""

    name: str
    ratio: float
    limit: float

    @property
    def is_reached(self) -> bool:
        return self.ratio <= self.limit


def goals_of(measurement: Measurement) -> list[Goal]:
    """The goals of one size. Wall time of a build is that of its SQL, without the start of dbt."""
    floor, duckdb = measurement.floor.wall_seconds, measurement.duckdb.wall_seconds
    full, increment = measurement.full, measurement.increment
    return [
        Goal("full build, wall time over the floor's", full.sql_seconds / floor, FULL_OVER_FLOOR),
        Goal("full build, wall time over DuckDB's", full.sql_seconds / duckdb, FULL_OVER_DUCKDB),
        Goal(
            "increment, server CPU over the full build's",
            increment.cost.server_cpu_seconds / full.cost.server_cpu_seconds,
            INCREMENT_CPU_OVER_FULL,
        ),
        Goal(
            "increment, wall time over DuckDB's full computation", increment.sql_seconds / duckdb, INCREMENT_OVER_DUCKDB
        ),
    ]


def growth_goal(measurements: Sequence[Measurement]) -> Goal | None:
    """CPU per ticket of the full build at the largest size over that at the smallest; None with one size."""
    in_order = sorted(measurements, key=lambda measurement: measurement.options.tickets)
    smallest, largest = in_order[0], in_order[-1]
    if smallest.options.tickets == largest.options.tickets:
        return None
    return Goal(
        f"full build, server CPU per ticket at {largest.options.tickets:,} over that at {smallest.options.tickets:,}",
        cpu_per_ticket(largest) / cpu_per_ticket(smallest),
        CPU_PER_TICKET_GROWTH,
    )


def cpu_per_ticket(measurement: Measurement) -> float:
    """Server CPU seconds of the full build per ticket."""
    return measurement.full.cost.server_cpu_seconds / measurement.options.tickets


def lines_of(measurement: Measurement) -> list[str]:
    """One size for people."""
    delivered, changed, full = measurement.delivered, measurement.changed, measurement.full
    statuses = ", ".join(f"{code} {count:,}" for code, count in measurement.statuses.items())
    return [
        f"{measurement.options.tickets:,} tickets, {delivered.ticket_events:,} events; {statuses}",
        f"changed then: {changed.tickets:,} tickets, {changed.ticket_events:,} event versions",
        f"increment: built {measurement.increment.reason}",
        "",
        *_table(measurement),
        "",
        f"full build: server CPU per ticket {cpu_per_ticket(measurement) * MICROSECONDS:.1f} us; its nodes add up to"
        f" {full.sum_of_nodes_seconds:.2f} s, the longest chain of them to {full.critical_path_seconds:.2f} s",
        *_slowest("full build", full),
        *_slowest("increment", measurement.increment),
        "",
        *(goal_line(goal) for goal in goals_of(measurement)),
        "",
        *_comparison_lines("full build", measurement.comparison),
        *_comparison_lines("increment", measurement.comparison_after_change),
    ]


def growth_lines(measurements: Sequence[Measurement]) -> list[str]:
    """What several sizes show together; nothing with one size."""
    goal = growth_goal(measurements)
    return [] if goal is None else ["", goal_line(goal)]


def as_json(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """Every figure, with the machine's number of cores."""
    growth = growth_goal(measurements)
    return {
        "cores": os.cpu_count(),
        "sizes": [
            {
                **asdict(measurement),
                "cpu_seconds_per_ticket": cpu_per_ticket(measurement),
                "goals": [goal_as_json(goal) for goal in goals_of(measurement)],
            }
            for measurement in measurements
        ],
        "growth": None if growth is None else goal_as_json(growth),
    }


def _table(measurement: Measurement) -> list[str]:
    floor, duckdb = measurement.floor, measurement.duckdb

    def line(name: str, wall: float, *others: str) -> str:
        ratios = f"{wall / floor.wall_seconds:9.2f}{wall / duckdb.wall_seconds:10.2f}"
        return f"{name:<{NAME_WIDTH}}{wall:10.2f}{''.join(f'{other:>14}' for other in others)}{ratios}"

    def server_line(name: str, wall: float, cost: Cost) -> str:
        temporary = f"{cost.temp_bytes / MEGABYTE:,.0f}"
        return line(name, wall, f"{cost.server_cpu_seconds:.2f}", f"{cost.client_cpu_seconds:.2f}", temporary)

    def build_lines(name: str, build: Build) -> list[str]:
        return [
            server_line(name, build.sql_seconds, build.cost),
            line("  with dbt's start and end", build.cost.wall_seconds, "", "", ""),
        ]

    heads = "".join(f"{head:>14}" for head in ("server CPU s", "client CPU s", "temp. MB"))
    return [
        f"{'':<{NAME_WIDTH}}{'wall s':>10}{heads}{'x floor':>9}{'x DuckDB':>10}",
        server_line("floor", floor.wall_seconds, floor),
        line(
            f"DuckDB, {measurement.options.threads} threads",
            duckdb.wall_seconds,
            "-",
            f"{duckdb.client_cpu_seconds:.2f}",
            "-",
        ),
        *build_lines("full build", measurement.full),
        *build_lines("full build of the second slot", measurement.second_full),
        *build_lines("increment", measurement.increment),
    ]


def _slowest(name: str, build: Build) -> list[str]:
    slowest = sorted(build.seconds_by_node.items(), key=lambda node: -node[1])[:NODES_SHOWN]
    return [f"{name}, slowest: {', '.join(f'{node} {seconds:.2f} s' for node, seconds in slowest)}"]


def goal_line(goal: Goal) -> str:
    """Whether a goal is reached, for people."""
    verdict = "reached" if goal.is_reached else "missed"
    return f"goal {verdict}: {goal.name} {goal.ratio:.3g}, at most {goal.limit:g}"


def goal_as_json(goal: Goal) -> dict[str, Any]:
    """A goal with its verdict."""
    return {**asdict(goal), "is_reached": goal.is_reached}


def _comparison_lines(name: str, comparison: Comparison) -> list[str]:
    return [
        f"elapsed seconds after the {name}: {comparison.equal_count:,} rows equal to DuckDB's,"
        f" {comparison.different_count:,} different",
        *(f"  {example}" for example in comparison.examples),
    ]
