"""File contracts are read strictly; a contract that contradicts itself does not load."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplier_sla.landing.contract import FileContract, load_contracts
from supplier_sla.landing.yaml_model import ConfigurationInvalid, read_yaml_model

VALID = """
entity: widgets
summary: One row per widget.
key: [widget_id]
read_by_models: true
columns:
  - {name: widget_id, type: text, required: true, description: Identifier.}
  - {name: price, type: decimal, minimum: 0, description: Price.}
"""


def contract_from(tmp_path: Path, text: str) -> FileContract:
    path = tmp_path / "widgets.yml"
    path.write_text(text, encoding="utf-8")
    return read_yaml_model(path, FileContract)


def test_every_shipped_contract_loads() -> None:
    contracts = load_contracts()
    assert {"tickets", "ticket_events", "service_levels"} <= contracts.keys()


def test_every_entity_takes_updated_at(tmp_path: Path) -> None:
    assert contract_from(tmp_path, VALID).columns[-1].name == "updated_at"


def test_tickets_are_looked_up_by_their_ticket_key_and_survey_answers_by_their_response() -> None:
    contracts = load_contracts()
    assert contracts["tickets"].lookup_column == "ticket_key"
    assert contracts["survey_responses"].lookup_column == "response_id"
    assert contracts["ticket_events"].raw_value_columns[-3:] == ("updated_at", "ticket_key", "event_key")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("key: [widget_id]", "key: [serial]", "key: names of columns, not serial", id="key without column"),
        pytest.param("name: price", "name: widget_id", "names that differ", id="name twice"),
        pytest.param("type: decimal", "type: money", "columns.1.type", id="unknown type"),
        pytest.param("name: price", "name: updated_at", "added by the product", id="reserved name"),
        pytest.param("name: price", "name: Price", "lower-case", id="capital letter"),
        pytest.param("type: decimal", "type: text", "only on numbers", id="bound on a text"),
        pytest.param("summary:", "sumary:", "sumary", id="unknown key"),
        pytest.param("Price.}", "Price, net.}", "net.", id="unquoted comma in a description"),
        pytest.param("read_by_models: true", "read_by_models: true\nentity: other", "twice", id="key twice"),
    ],
)
def test_a_contract_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigurationInvalid) as refusal:
        contract_from(tmp_path, VALID.replace(old, new))
    assert complaint in str(refusal.value)
    assert "widgets.yml" in str(refusal.value)


def test_a_reference_to_nothing_is_refused(tmp_path: Path) -> None:
    reference = "{name: part_id, type: text, references: parts.part_id, description: Part.}"
    contract_from(tmp_path, f"{VALID}  - {reference}\n")
    with pytest.raises(ConfigurationInvalid, match=r"widgets\.yml: columns\.part_id\.references"):
        load_contracts(tmp_path)
