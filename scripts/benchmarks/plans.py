"""Executed plans of the slowest models: row estimates against actual rows, spills, loops. For a person to read."""

from __future__ import annotations

import json

from benchmarks.dbt_build import Build
from benchmarks.home import BenchmarkHome
from supplier_sla.database import session


def explain_slowest(home: BenchmarkHome, build: Build, count: int) -> None:
    """Write `plans/<model>.txt` below the home for the `count` slowest models; each query is run once more."""
    folder = home.folder / "plans"
    folder.mkdir(exist_ok=True)
    run_results = home.settings.dbt_target(build.slot) / "run_results.json"
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    slowest = sorted(results, key=lambda result: result["execution_time"], reverse=True)
    with session(home.settings.transformer_url, application_name="benchmark plans") as connection:
        for result in [result for result in slowest if result.get("compiled_code")][:count]:
            with connection, connection.cursor() as cursor:
                cursor.execute("explain (analyze, buffers, settings) " + result["compiled_code"])
                plan = "\n".join(line for (line,) in cursor.fetchall())
            name = result["unique_id"].rpartition(".")[2]
            (folder / f"{name}.txt").write_text(f"{plan}\n", encoding="utf-8")
