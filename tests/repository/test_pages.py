"""The generated pages: in step with their sources, complete, and true where they can be tried."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from supplier_sla.docs import exports_page, marts_page
from supplier_sla.docs.__main__ import main
from supplier_sla.docs.exports_page import FIRST_RUN, MINIMAL_EXAMPLE, TYPE_EXAMPLES
from supplier_sla.docs.markdown import TemplateUnfilled, bullets, code, code_block, filled, table
from supplier_sla.docs.marts_page import MartsUndocumented
from supplier_sla.docs.pages import DOCS, stale_pages, write_pages
from supplier_sla.docs.vocabulary import VocabularyInvalid, read_vocabulary
from supplier_sla.landing.checks import TYPE_RULES
from supplier_sla.landing.contract import Column, FileContract, load_contracts
from supplier_sla.landing.profiles.profile import load_profiles
from tests.support.readings import choose_reading

CONTRACT = {
    "entity": "things",
    "summary": "One row per thing.",
    "key": ["thing_id", "event_key"],
    "derived": {"event_key": ["event_id"]},
    "read_by_models": False,
    "columns": [
        {
            "name": "thing_id",
            "type": "text",
            "required": True,
            "example": 'a "b", c',
            "description": "A | bar\nand a break.",
        },
        {"name": "event_id", "type": "text", "references": "tickets.ticket_id", "description": "An <event>."},
        {"name": "weight", "type": "decimal", "minimum": "0", "maximum": "9", "description": "Weight."},
        {"name": "kind", "type": "code", "allowed": ["x", "y"], "description": "Kind."},
    ],
    "rules": [{"name": "r", "expect": "true", "column": "weight", "message": "a weight, because kind is x"}],
}

MARTS_YAML = """
models:
  - name: fct_b
    description: |
      One row per b. More about it.
    columns:
      - {name: b_key, data_type: text, description: "Identifies b | c."}
  - name: dim_a
    description: One row per a.
    columns:
      - {name: a_key, data_type: text, description: Identifies a.}
"""
VOCABULARY = "code,label,label_zh,description,extra\nmet,Met,达标,In time.,1\n"


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    folder = tmp_path / "marts" / "core"
    folder.mkdir(parents=True)
    (folder / "_core.yml").write_text(MARTS_YAML, encoding="utf-8")
    (folder / "other.yml").write_text("models: [{name: not_read}]", encoding="utf-8")
    return folder.parent


@pytest.fixture
def vocabularies(tmp_path: Path) -> Path:
    folder = tmp_path / "vocabulary"
    folder.mkdir()
    (folder / "status.csv").write_text(VOCABULARY, encoding="utf-8")
    return folder


def well_formed(column: Column, value: str) -> bool:
    """Whether the check of the column's type would take the value, as far as its pattern says so."""
    pattern = TYPE_RULES[column.type].pattern
    return (
        (not pattern or re.search(pattern.replace("[:space:]", r"\s"), value) is not None)
        and (not column.allowed or value in column.allowed)
        and (column.minimum is None or Decimal(value) >= column.minimum)
        and (column.maximum is None or Decimal(value) <= column.maximum)
    )


def misfits(contract: FileContract, text: str) -> list[str]:
    """Values of a file that its contract would not take, and required columns that are missing or empty."""
    problems = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        for name, value in row.items():
            if name not in contract.column_by_name:
                problems.append(f"{contract.entity}:{number}: no column {name}")
            elif value and not well_formed(contract.column_by_name[name], value):
                problems.append(f"{contract.entity}:{number}: {name} {value!r}")
        problems += [
            f"{contract.entity}:{number}: {column.name} is missing"
            for column in contract.columns
            if column.required and not row.get(column.name)
        ]
    return problems


def test_the_pages_say_what_their_sources_say() -> None:
    assert stale_pages() == [], "run python -m supplier_sla.docs"


def test_an_older_page_is_found_named_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {"exports.md": lambda: "new", "marts.md": lambda: "same"}
    (tmp_path / "exports.md").write_text("old", encoding="utf-8")
    (tmp_path / "marts.md").write_text("same", encoding="utf-8")
    monkeypatch.setattr("supplier_sla.docs.__main__.stale_pages", lambda: stale_pages(tmp_path, pages))
    monkeypatch.setattr("supplier_sla.docs.__main__.write_pages", lambda: write_pages(tmp_path, pages))
    assert main(["--check"]) == 1
    message = capsys.readouterr().err
    assert message.splitlines() == [
        "docs/exports.md: expected what its sources say, found an older text; next: run python -m supplier_sla.docs"
    ]
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_the_exports_page_is_the_same_each_time() -> None:
    assert exports_page.render() == exports_page.render()


def test_the_exports_page_has_a_section_for_every_contract_and_a_row_for_every_column() -> None:
    page = exports_page.render()
    for contract in load_contracts().values():
        section = page.partition(f"\n### {contract.entity}\n")[2].partition("\n##")[0]
        rows = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert rows == [column.name for column in contract.declared_columns], contract.entity


def test_a_section_says_everything_that_the_contract_says() -> None:
    section = exports_page.entity_section(FileContract.model_validate(CONTRACT))
    assert "Key: `thing_id`, `event_id` or else the whole content of the row. Checked and kept in `raw`" in section
    assert '| `thing_id` | text | yes |  | A \\| bar and a break. | `a "b", c` |' in section
    assert "| `event_id` | text |  | a `tickets.ticket_id` | An \\<event>. |  |" in section
    assert "| `weight` | decimal |  | at least 0; at most 9 | Weight. |  |" in section
    assert "| `kind` | code |  | `x`, `y` | Kind. |  |" in section
    assert "- `weight`: expected a weight, because kind is x." in section
    assert 'thing_id,event_id,weight,kind,updated_at\n"a ""b"", c",,,,2026-01-06T14:02:10Z' in section


def test_every_type_has_examples_that_its_check_takes() -> None:
    assert set(TYPE_EXAMPLES) == set(TYPE_RULES)
    for name, examples in TYPE_EXAMPLES.items():
        column = Column(name="x", type=name, description="")
        assert [value for value in examples if not well_formed(column, value)] == [], name


def test_every_example_line_is_one_that_its_contract_takes() -> None:
    for contract in load_contracts().values():
        assert misfits(contract, exports_page.example_file(contract)) == []


def test_a_wrong_example_is_found() -> None:
    contract = FileContract.model_validate(CONTRACT)
    assert misfits(contract, "thing_id,kind,weight,colour\n,z,10,red\n") == [
        "things:2: kind 'z'",
        "things:2: weight '10'",
        "things:2: no column colour",
        "things:2: thing_id is missing",
    ]


def test_the_minimal_example_is_read_by_its_names_and_taken_by_its_contracts() -> None:
    contracts = load_contracts()
    files = sorted((MINIMAL_EXAMPLE / "landing").iterdir())
    assert {path.stem for path in files} == set(FIRST_RUN)
    for path in files:
        contract = choose_reading(path.name, load_profiles(), contracts).contract
        assert contract.entity == path.stem
        assert misfits(contract, path.read_text(encoding="utf-8")) == []


def test_references_inside_the_minimal_example_lead_somewhere_except_the_one_that_shows_what_happens() -> None:
    contracts = load_contracts()
    files = (MINIMAL_EXAMPLE / "landing").iterdir()
    rows = {path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) for path in files}
    lost = []
    for entity, entity_rows in rows.items():
        for column in contracts[entity].columns:
            other, _, name = (column.references or "").partition(".")
            if other in rows:
                known = {row[name] for row in rows[other]}
                lost += [value for row in entity_rows if (value := row.get(column.name)) and value not in known]
    assert lost == ["WC-9999"]


def test_names_of_files_on_the_page_are_read_as_it_says() -> None:
    contracts = load_contracts()
    for name, entity in {
        "tickets.csv": "tickets",
        "tickets_north.csv": "tickets",
        "ticket_events-2026-02-01.csv": "ticket_events",
        "TICKETS.tsv": "tickets",
        "calendar_exceptions_cn.csv": "calendar_exceptions",
    }.items():
        reading = choose_reading(name, load_profiles(), contracts)
        assert (reading.contract.entity, reading.profile.name) == (entity, "canonical")
    dated = choose_reading("tickets_2026-02-01T043000Z.csv", load_profiles(), contracts).file_profile
    assert str(dated.exported_at_of("tickets_2026-02-01T043000Z.csv")) == "2026-02-01 04:30:00+00:00"
    assert str(dated.exported_at_of("tickets_2026-02-01.csv")) == "2026-02-01 00:00:00+00:00"


def test_the_marts_page_lists_tables_and_columns_sorted_by_kind(marts: Path, vocabularies: Path) -> None:
    page = marts_page.render(marts, vocabularies)
    assert page == marts_page.render(marts, vocabularies)
    assert page.index("### dim_a") < page.index("### fct_b")
    assert "| [fct_b](#fct_b) | One row per b. |" in page
    assert "One row per b. More about it.\n\n| column | type | meaning |" in page
    assert "| `b_key` | text | Identifies b \\| c. |" in page
    assert "### Vocabulary: status\n\n| code | label | label_zh | description |" in page
    assert "| `met` | Met | 达标 | In time. |" in page
    assert "not_read" not in page


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (None, "readers' tables; expected models in _*.yml; found none"),
        ({"description": "Suppliers."}, "_core.yml: a.description"),
        ({"columns": []}, "_core.yml: a.columns"),
        ({"columns": [{"name": "b", "data_type": "text"}]}, "_core.yml: a.columns.b.description"),
        ({"columns": [{"name": "b", "description": "B."}]}, "_core.yml: a.columns.b.data_type"),
        ({"columns": [{"name": "b", "data_type": "text", "description": "{{ doc('b') }}"}]}, "only dbt resolves"),
    ],
)
def test_a_table_that_is_not_documented_is_refused_and_named(
    model: dict | None, message: str, marts: Path, vocabularies: Path
) -> None:
    good = {
        "name": "a",
        "description": "One row per a.",
        "columns": [{"name": "b", "data_type": "text", "description": "B."}],
    }
    models = [] if model is None else [{**good, **model}]
    (marts / "core" / "_core.yml").write_text(json.dumps({"models": models}), encoding="utf-8")
    with pytest.raises(MartsUndocumented, match=re.escape(message)):
        marts_page.render(marts, vocabularies)


def test_a_vocabulary_without_a_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "status.csv").write_text("code,label\n", encoding="utf-8")
    with pytest.raises(
        VocabularyInvalid, match=r"status\.csv; expected code, label, label_zh, description; found code, label$"
    ):
        read_vocabulary(tmp_path / "status.csv")
    with pytest.raises(VocabularyInvalid, match=r"none\.csv; expected a CSV file"):
        read_vocabulary(tmp_path / "none.csv")


def test_markdown_survives_foreign_text() -> None:
    assert table(["a"], [["x | y\nz <b> `<c>`"]]) == "| a |\n| --- |\n| x \\| y z \\<b> `<c>` |"
    assert code("a`b") == "`` a`b ``"
    assert code("") == ""
    assert code_block("```\nx") == "````text\n```\nx\n````"
    assert bullets(["a\nb"]) == "- a b"


def test_a_template_with_other_marks_than_parts_is_refused() -> None:
    assert filled("a\n<!-- insert: b -->\nc", {"b": r"x\1"}) == "a\nx\\1\nc"
    with pytest.raises(TemplateUnfilled, match="expected b; found b, b"):
        filled("<!-- insert: b -->\n<!-- insert: b -->", {"b": ""})
    with pytest.raises(TemplateUnfilled, match="expected b, c; found b"):
        filled("<!-- insert: b -->", {"b": "", "c": ""})


def test_the_pages_are_where_the_readers_look() -> None:
    assert DOCS.name == "docs" and (DOCS / "deployment.md").exists()
