"""The tasks that follow a build learn how each node ended, and the build waits for as few messages as that takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supplier_sla.orchestration.dbt_group import last_words_only


def heard(name: str, level: str, **data: Any) -> list[dict[str, Any]]:
    """What Cosmos hears when dbt says this."""
    lines: list[dict[str, Any]] = []
    parse = last_words_only(lambda line, _: lines.append(json.loads(line)), {NODE["unique_id"]})
    parse(json.dumps({"info": {"name": name, "level": level, "msg": "said"}, "data": data}), None)
    return lines


NODE = {"unique_id": "model.supplier_sla.fct_ticket", "node_status": "success"}


def test_how_a_node_ended_is_passed_on_whole() -> None:
    (event,) = heard("NodeFinished", "debug", node_info=NODE, run_result={"message": "SELECT 1"})
    assert event["data"] == {"node_info": NODE, "run_result": {"message": "SELECT 1"}}


@pytest.mark.parametrize("name", ["NodeStart", "NodeCompiling", "NodeExecuting", "SQLQuery"])
def test_stages_before_the_end_are_not(name: str) -> None:
    assert heard(name, "debug", node_info=NODE) == []


def test_a_line_about_a_node_is_only_logged() -> None:
    (event,) = heard("LogModelResult", "info", node_info=NODE)
    assert event["info"]["msg"] == "said"
    assert "node_info" not in event["data"]


@pytest.mark.parametrize(
    ("name", "level"), [("RunResultError", "error"), ("LogSkipBecauseError", "error"), ("SkippingDetails", "info")]
)
def test_failures_and_what_they_skip_are_passed_on_whole(name: str, level: str) -> None:
    (event,) = heard(name, level, node_info=NODE)
    assert event["data"]["node_info"] == NODE


def test_of_a_node_that_no_task_follows_only_words_are_passed_on() -> None:
    test = {"unique_id": "test.supplier_sla.fct_ticket__ticket_key_is_given", "node_status": "fail"}
    assert heard("NodeFinished", "debug", node_info=test) == []
    (event,) = heard("RunResultFailure", "error", node_info=test)
    assert event["info"]["msg"] == "said"
    assert "node_info" not in event["data"]


def test_the_versions_at_the_start_are_passed_on() -> None:
    assert heard("MainReportVersion", "info", version="=1.11")
