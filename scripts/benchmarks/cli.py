"""Runs what benchmarks.arguments takes."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.arguments import benchmark_parser
from benchmarks.clock import Options, measure_clock
from benchmarks.load import measure_load
from benchmarks.load_report import load_as_json, load_lines
from benchmarks.report import as_json, growth_lines, lines_of
from supplier_sla.errors import SupplierSlaError


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size; 1 when something failed, or DuckDB and the models differ in a row; else 0."""
    given = benchmark_parser().parse_args(arguments)
    home = given.home.expanduser().resolve()
    try:
        return _load(given, home) if given.benchmark == "load" else _clock(given, home)
    except SupplierSlaError as error:
        print(f"benchmark failed: {error}", file=sys.stderr)
        return 1


def _clock(given: Namespace, home: Path) -> int:
    measurements = []
    for tickets in given.tickets:
        options = Options(tickets, given.changed_share, given.threads, given.plans, given.keep)
        measurements.append(measure_clock(home / f"clock_{tickets}", options, _say))
        _say("")
        for line in lines_of(measurements[-1]):
            _say(line)
    for line in growth_lines(measurements):
        _say(line)
    _write_json(given.json, as_json(measurements))
    return 0 if all(measurement.is_equal for measurement in measurements) else 1


def _load(given: Namespace, home: Path) -> int:
    sizes = [("csv", rows) for rows in given.rows]
    sizes += [(file_format, given.other_rows) for file_format in ("jsonl", "xlsx") if given.other_rows]
    measurements = [
        measure_load(home / f"load_{file_format}_{rows}", rows, file_format, keep=given.keep, say=_say)
        for file_format, rows in sizes
    ]
    _say("")
    for line in load_lines(measurements):
        _say(line)
    _write_json(given.json, load_as_json(measurements))
    return 0


def _write_json(path: Path | None, content: dict[str, Any]) -> None:
    if path:
        path.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    print(line, flush=True)
