"""What dbt says while it builds, one line per finished node."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from supplier_sla.progress import say

FAILED = ("error", "fail", "runtime error")


def dbt_progress(event: Any) -> None:
    """Callback for dbt's event stream. Tests that pass are counted in dbt's own summary, not listed."""
    name = event.info.name
    if name == "MainReportVersion":
        _show_compiled_sql_to_cosmos()
    elif name == "NodeFinished":
        node, result = event.data.node_info, event.data.run_result
        if node.node_status in FAILED:
            say(f"    dbt {node.resource_type} {node.node_name} {node.node_status}: {telling_line(result.message)}")
        elif node.resource_type == "model":
            say(f"    dbt {node.node_name} {result.execution_time:.2f} s")
    elif name in ("StatsLine", "UnableToPartialParse"):
        say(f"    dbt {event.info.msg}")


def telling_line(message: object) -> str:
    """The last line of an error that says something; dbt's last one only points at a file."""
    lines = [line.strip() for line in str(message or "").splitlines() if line.strip()]
    return next((line for line in reversed(lines) if not line.startswith("compiled code at")), "no message")


def _show_compiled_sql_to_cosmos() -> None:
    # Cosmos runs in a temporary clone and looks for compiled SQL in its target folder; dbt writes to DBT_TARGET_PATH.
    target = os.environ.get("DBT_TARGET_PATH")
    inside_clone = Path("dbt_project.yml").is_symlink()
    if not target or not inside_clone:
        return
    clone_target = Path("target")
    if clone_target.is_dir() and not clone_target.is_symlink():
        shutil.rmtree(clone_target)
    if not clone_target.is_symlink():
        clone_target.symlink_to(target)
