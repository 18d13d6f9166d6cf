"""Runs what benchmarks.arguments takes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from benchmarks.arguments import benchmark_parser
from benchmarks.clock import Options, measure_clock
from benchmarks.report import as_json, growth_lines, lines_of
from supplier_sla.errors import SupplierSlaError


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size; 0 when DuckDB and the models agree, 1 when they differ or something failed."""
    given = benchmark_parser().parse_args(arguments)
    home = given.home.expanduser().resolve()
    measurements = []
    try:
        for tickets in given.tickets:
            options = Options(tickets, given.changed_share, given.threads, given.plans, given.keep)
            measurements.append(measure_clock(home / f"clock_{tickets}", options, _say))
            _say("")
            for line in lines_of(measurements[-1]):
                _say(line)
    except SupplierSlaError as error:
        print(f"benchmark failed: {error}", file=sys.stderr)
        return 1
    for line in growth_lines(measurements):
        _say(line)
    if given.json:
        given.json.write_text(json.dumps(as_json(measurements), indent=2, default=str) + "\n", encoding="utf-8")
    return 0 if all(measurement.is_equal for measurement in measurements) else 1


def _say(line: str) -> None:
    print(line, flush=True)
