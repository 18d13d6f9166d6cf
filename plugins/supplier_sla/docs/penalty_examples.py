"""The worked examples of penalties: folders whose `case.yml` tells people what their CSV files tell the tests."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model
from supplier_sla.settings import REPOSITORY

EXAMPLES = REPOSITORY / "tests" / "scenarios" / "penalties"


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
    """One folder: its words, and what each of its nights expects to be owed."""

    name: str
    text: ExampleText
    currency_code: str
    owed: dict[str, list[dict[str, str]]]


def read_examples(folder: Path = EXAMPLES) -> list[Example]:
    """All examples, by name.

    Raises:
        ConfigurationInvalid: a folder whose `case.yml` is missing or wrong.
    """
    return [_example(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def owed_in_words(example: Example) -> str:
    """What is owed, clause by clause where there are several: `450.00 EUR`, or by night where there are several."""
    nights = [_owed(rows) for rows in example.owed.values()]
    if len(nights) == 1:
        return f"{nights[0]} {example.currency_code}"
    told = "; ".join(f"{night}: {owed}" for night, owed in zip(example.owed, nights, strict=True))
    return f"{told} {example.currency_code}"


def _owed(rows: list[dict[str, str]]) -> str:
    charged = [row for row in rows if Decimal(row["owed_amount"])]
    if not charged:
        return "0.00"
    if len(rows) == 1:
        return f"{Decimal(charged[0]['owed_amount']):,}"
    several_contracts = len({row.get("contract_id") for row in rows}) > 1
    names = (
        ["contract_id", "penalty_term_id", "period_month"] if several_contracts else ["penalty_term_id", "period_month"]
    )
    varying = [name for name in names if len({row[name] for row in rows}) > 1]
    return ", ".join(
        " ".join([*(row[name] for name in varying), f"{Decimal(row['owed_amount']):,}"]) for row in charged
    )


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
