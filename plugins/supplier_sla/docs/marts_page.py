"""docs/marts.md: every readers' table with its grain, columns and meanings, from the YAML beside the dbt models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator

from supplier_sla.docs.markdown import code, filled, table
from supplier_sla.docs.vocabulary import VOCABULARIES, read_vocabulary, vocabulary_files
from supplier_sla.errors import SupplierSlaError
from supplier_sla.settings import REPOSITORY

TEMPLATE = Path(__file__).parent / "templates" / "marts.md"
MARTS_MODELS = REPOSITORY / "dbt_project" / "models" / "marts"
GRAIN = "One row"

GENERATED = (
    "<!-- Made by `python -m supplier_sla.docs` from the YAML in dbt_project/models/marts and from"
    " dbt_project/seeds/vocabulary. Do not edit. -->"
)

UNITS = (
    ("_key", "joins tables; text without meaning of its own"),
    ("_id, _number", "identifier given by a source or printed on paper"),
    ("_code", "value of a vocabulary"),
    ("_name, _name_zh", "label for people, in English and in Chinese"),
    ("_at", "instant, UTC"),
    ("_date, _day, _month", "date; a month is its first day"),
    ("_seconds", "duration in seconds of the clock's own time: open time for business_minutes"),
    ("_minutes", "duration in minutes"),
    ("_ratio", "share, 0 to 1"),
    ("_amount", "money in the currency_code of the same row"),
    ("_count", "number of things"),
    ("is_, has_", "true or false"),
)

KINDS = (
    ("dim_", "Dimensions"),
    ("fct_", "Facts"),
    ("bridge_", "Bridges"),
    ("rpt_", "Reports"),
    ("qc_", "Things to look at"),
)


class MartsUndocumented(SupplierSlaError):
    """A readers' table lacks the documentation that the page is made of."""


class MartColumn(BaseModel):
    """One column of a readers' table."""

    name: str
    data_type: str = Field(min_length=1)
    description: str = Field(min_length=1)

    @field_validator("description")
    @classmethod
    def _is_written_out(cls, description: str) -> str:
        if "{{" in description:
            raise ValueError("a description written out, not a reference that only dbt resolves")
        return description


class MartModel(BaseModel):
    """One readers' table; the first sentence of its description is the grain."""

    name: str
    description: str = Field(min_length=1)
    columns: list[MartColumn] = Field(min_length=1)

    @field_validator("description")
    @classmethod
    def _begins_with_the_grain(cls, description: str) -> str:
        if not description.startswith(GRAIN):
            raise ValueError(f"a description that begins with the grain, {GRAIN!r} ...")
        return description


def render(models: Path = MARTS_MODELS, vocabularies: Path = VOCABULARIES) -> str:
    """The whole page; the same sources give the same text.

    Raises:
        MartsUndocumented: no table at all, or a table or column without description, type or grain.
    """
    tables = read_models(models)
    parts = {
        "generated": GENERATED,
        "units": units_table(),
        "vocabularies": "\n\n".join(vocabulary_section(path) for path in vocabulary_files(vocabularies)),
        "table_index": table_index(tables),
        "tables": "\n\n".join(map(table_section, tables)),
    }
    return filled(TEMPLATE.read_text(encoding="utf-8"), parts)


def units_table() -> str:
    """What the beginning or the end of a column's name promises."""
    rows = [[", ".join(map(code, affixes.split(", "))), meaning] for affixes, meaning in UNITS]
    return table(["a name with", "holds"], rows)


def read_models(folder: Path) -> list[MartModel]:
    """All documented tables below the folder: dimensions, facts, reports, things to look at, each alphabetically.

    Raises:
        MartsUndocumented: see `render`.
    """
    models = [model for path in sorted(folder.rglob("_*.yml")) for model in _models_of(path)]
    if not models:
        raise MartsUndocumented(
            "readers' tables",
            expected="models in _*.yml",
            found=f"none below {folder.name}",
            next_step="write them with the models",
        )
    prefixes = [prefix for prefix, _ in KINDS]
    return sorted(models, key=lambda model: (_kind_number(model.name, prefixes), model.name))


def _kind_number(name: str, prefixes: list[str]) -> int:
    return next((number for number, prefix in enumerate(prefixes) if name.startswith(prefix)), len(prefixes))


def _models_of(path: Path) -> list[MartModel]:
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    models = []
    for raw in content.get("models") or []:
        try:
            models.append(MartModel.model_validate(raw))
        except ValidationError as error:
            problem = error.errors()[0]
            raise MartsUndocumented(
                f"{path.name}: {raw.get('name', 'a model without name')}.{_where(raw, problem['loc'])}",
                expected="a text, and for a table one that begins with its grain",
                found=problem["msg"],
                next_step="write it there, then run python -m supplier_sla.docs",
            ) from error
    return models


def _where(raw: dict, location: Iterable[int | str]) -> str:
    """`columns.opened_at.description` rather than `columns.3.description`."""
    names = [raw["columns"][part].get("name", str(part)) if isinstance(part, int) else str(part) for part in location]
    return ".".join(names)


def table_index(tables: Iterable[MartModel]) -> str:
    """One line per table with a link to its section."""
    return table(["table", "grain"], [[f"[{model.name}](#{model.name})", grain_of(model)] for model in tables])


def grain_of(model: MartModel) -> str:
    """The first sentence of the description."""
    text = " ".join(model.description.split())
    sentence, dot, _ = text.partition(". ")
    return sentence + ("." if dot else "")


def table_section(model: MartModel) -> str:
    """Description and columns, in the order in which the table has them."""
    rows = [[code(column.name), column.data_type, column.description] for column in model.columns]
    description = " ".join(model.description.split())
    return f"### {model.name}\n\n{description}\n\n{table(['column', 'type', 'meaning'], rows)}"


def vocabulary_section(path: Path) -> str:
    """One vocabulary: code, label, label in Chinese, meaning."""
    rows = [[code(row["code"]), row["label"], row["label_zh"], row["description"]] for row in read_vocabulary(path)]
    return f"### Vocabulary: {path.stem}\n\n{table(['code', 'label', 'label_zh', 'description'], rows)}"
