"""Worked examples: folders whose `case.yml` tells people what their CSV files tell the tests."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model


class ExampleText(YamlModel):
    """`case.yml`: what the clause says, what happened, and the sum as a person does it."""

    topic: str
    title: str
    title_zh: str
    clause: str
    facts: str
    arithmetic: tuple[str, ...] = Field(min_length=1)
    source: str | None = None


@dataclass(frozen=True)
class Example:
    """One folder: its words, and the penalties that each of its nights expects to be owed."""

    name: str
    text: ExampleText
    currency_code: str
    owed: dict[str, list[dict[str, str]]]


def read_examples(folder: Path) -> list[Example]:
    """All examples, by name.

    Raises:
        ConfigurationInvalid: a folder whose `case.yml` is missing or wrong.
    """
    return [_example(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def _example(folder: Path) -> Example:
    try:
        text = read_yaml_model(folder / "case.yml", ExampleText)
    except ConfigurationInvalid as error:
        raise ConfigurationInvalid(
            f"{folder.name}/{error.what}", expected=error.expected, found=error.found, next_step=error.next_step
        ) from error
    later = {path.name: path / "expect" for path in sorted((folder / "nights").glob("*"))}
    expectations = {("at first" if later else ""): folder / "expect", **later}
    contracts = _rows(folder / "given" / "contracts.csv")
    return Example(
        folder.name,
        text,
        contracts[0].get("currency_code", "EUR") if contracts else "EUR",
        {night: rows for night, path in expectations.items() if (rows := _rows(path / "fct_penalty.csv"))},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
