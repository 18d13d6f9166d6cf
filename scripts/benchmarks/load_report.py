"""Figures of the load benchmark, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.load import LoadMeasurement
from benchmarks.report import MEGABYTE, Goal, goal_as_json, goal_line

# What the door is to reach at five million rows on two cores.
LOAD_OVER_FLOOR = 2.0
MEMORY_MEGABYTES = 300.0
MEMORY_GROWTH = 1.1

HEADS = (
    "floor s",
    "load s",
    "typed s",
    "x floor",
    "x floor CPU",
    "server CPU s",
    "client CPU s",
    "memory MB",
    "file MB",
)
NAME_WIDTH = 20
CELL_WIDTH = 13


def load_lines(measurements: Sequence[LoadMeasurement]) -> list[str]:
    """Every file as a line of a table, then the goals."""
    head = f"{'':<{NAME_WIDTH}}" + "".join(f"{name:>{CELL_WIDTH}}" for name in HEADS)
    return [head, *map(_line, measurements), "", *map(goal_line, load_goals(measurements))]


def load_goals(measurements: Sequence[LoadMeasurement]) -> list[Goal]:
    """Ratios and memory of CSV; memory only of the other formats, whose floor is not theirs."""
    goals = []
    for measurement in measurements:
        name = f"{measurement.file_format}, {measurement.rows:,} rows"
        if measurement.file_format == "csv":
            goals.append(Goal(f"{name}: wall time over the floor's", measurement.ratio, LOAD_OVER_FLOOR))
        goals.append(
            Goal(f"{name}: memory of the loading process, MB", measurement.memory_bytes / MEGABYTE, MEMORY_MEGABYTES)
        )
    of_csv = sorted((one for one in measurements if one.file_format == "csv"), key=lambda one: one.rows)
    if of_csv and of_csv[0].rows < of_csv[-1].rows:
        smallest, largest = of_csv[0], of_csv[-1]
        name = f"csv, memory at {largest.rows:,} rows over that at {smallest.rows:,}"
        goals.append(Goal(name, largest.memory_bytes / smallest.memory_bytes, MEMORY_GROWTH))
    return goals


def load_as_json(measurements: Sequence[LoadMeasurement]) -> dict[str, Any]:
    """Every figure."""
    return {
        "files": [
            {**asdict(measurement), "ratio": measurement.ratio, "cpu_ratio": measurement.cpu_ratio}
            for measurement in measurements
        ],
        "goals": [goal_as_json(goal) for goal in load_goals(measurements)],
    }


def _line(measurement: LoadMeasurement) -> str:
    cells = (
        f"{measurement.floor.wall_seconds:.2f}",
        f"{measurement.load.wall_seconds:.2f}",
        f"{measurement.typed.wall_seconds:.2f}",
        f"{measurement.ratio:.2f}",
        f"{measurement.cpu_ratio:.2f}",
        f"{measurement.load.server_cpu_seconds:.2f}",
        f"{measurement.load.client_cpu_seconds:.2f}",
        f"{measurement.memory_bytes / MEGABYTE:.0f}",
        f"{measurement.byte_size / MEGABYTE:.0f}",
    )
    name = f"{measurement.file_format}, {measurement.rows:,}"
    return f"{name:<{NAME_WIDTH}}" + "".join(f"{cell:>{CELL_WIDTH}}" for cell in cells)
