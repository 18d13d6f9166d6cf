"""File contracts: what each canonical entity's rows look like, read from `file_contracts/<entity>.yml`."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model

FILE_CONTRACTS = Path(__file__).parent.parent / "file_contracts"

ColumnType = Literal[
    "text",
    "code",
    "slug",
    "timestamp",
    "date",
    "month",
    "integer",
    "decimal",
    "ratio",
    "boolean",
    "zone",
    "currency",
    "hours",
    "code_list",
    "trigger_list",
]

# What a personal value says of a person: who it is, how to reach them, what somebody wrote, where they are.
PersonalClass = Literal["identity", "contact", "free_text", "location"]

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_RESERVED_NAMES = {"updated_at", "ticket_key"}


class Column(YamlModel):
    """One column of an export; `references` is `<entity>.<column>`.

    `decides` marks a personal column whose values a model compares or misses: dropping it would change a verdict.
    """

    name: str
    type: ColumnType
    required: bool = False
    allowed: tuple[str, ...] | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    references: str | None = None
    personal: PersonalClass | None = None
    decides: bool = False
    example: str | None = None
    description: str


UPDATED_AT = Column(
    name="updated_at",
    type="timestamp",
    example="2026-01-06T14:02:10Z",
    description="When the row last changed in its source; of two versions of a row the later one counts.",
)


class Rule(YamlModel):
    """A sentence over one row: `expect` is SQL over the text columns; a row breaks it only where it is false."""

    name: str
    expect: str
    column: str
    message: str


class FileContract(YamlModel):
    """One canonical entity. A row rests from the latest of its `rests_from` columns on: retention counts from there."""

    entity: str
    summary: str
    key: tuple[str, ...] = Field(min_length=1)
    derived: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    read_by_models: bool
    rests_from: tuple[str, ...] = ()
    declared_columns: tuple[Column, ...] = Field(min_length=1, alias="columns")
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [column.name for column in self.declared_columns]
        self._expect_usable_names([self.entity, *names, *self.derived])
        _expect(len(set(names)) == len(names), f"columns: names that differ from each other, found {names}")
        for key_column in self.key:
            _expect(key_column in names or key_column in self.derived, f"key: names of columns, not {key_column}")
        for name, sources in self.derived.items():
            _expect(name not in names, f"derived: a name that is not yet a column, not {name}")
            _expect(set(sources) <= set(names), f"derived.{name}: names of columns, found {list(sources)}")
        for rule in self.rules:
            _expect(rule.column in names, f"rules.{rule.name}.column: the name of a column, not {rule.column}")
        for column in self.declared_columns:
            is_number = column.type in ("integer", "decimal", "ratio")
            has_bound = column.minimum is not None or column.maximum is not None
            _expect(is_number or not has_bound, f"columns.{column.name}: minimum and maximum only on numbers")
        self._expect_usable_privacy()
        return self

    def _expect_usable_privacy(self) -> None:
        for column in self.declared_columns:
            takes_hash = column.type in ("text", "code", "slug") and column.allowed is None
            _expect(takes_hash or not column.personal, f"columns.{column.name}.personal: only where any text will do")
            _expect(bool(column.personal) or not column.decides, f"columns.{column.name}.decides: only with personal")
        for name in self.rests_from:
            is_time = name in self.column_by_name and self.column_by_name[name].type in ("timestamp", "date")
            _expect(is_time, f"rests_from: names of columns with timestamps or dates, not {name}")
        _expect(
            not self.rests_from or bool(self.emptied_columns), "rests_from: only with a personal column to be emptied"
        )

    @staticmethod
    def _expect_usable_names(names: list[str]) -> None:
        for name in names:
            _expect(_NAME.match(name) is not None, f"names of lower-case letters, digits and _, not {name!r}")
            _expect(name not in _RESERVED_NAMES, f"{name} is added by the product and cannot be declared")

    @property
    def columns(self) -> tuple[Column, ...]:
        """What a file may contain: the declared columns and, of every entity, `updated_at`."""
        return (*self.declared_columns, UPDATED_AT)

    @cached_property
    def column_by_name(self) -> dict[str, Column]:
        """The columns, `updated_at` among them, by name."""
        return {column.name: column for column in self.columns}

    @property
    def has_source_system(self) -> bool:
        """Whether rows carry the tool they come from; an empty one means the profile's own."""
        return "source_system" in self.column_by_name

    @property
    def has_ticket_key(self) -> bool:
        """Whether the raw table carries `ticket_key`, the one key of every large table."""
        return {"source_system", "ticket_id"} <= self.column_by_name.keys()

    @property
    def lookup_column(self) -> str:
        """The raw column by which earlier versions of a row are found; the raw table has an index on it."""
        if {"source_system", "ticket_id"} <= set(self.key):
            return "ticket_key"
        return next(name for name in self.key if name != "source_system")

    @property
    def raw_value_columns(self) -> tuple[str, ...]:
        """The raw table's columns before the lineage columns, in order; all are text."""
        ticket_key = ("ticket_key",) if self.has_ticket_key else ()
        return (*self.column_by_name, *ticket_key, *self.derived)

    @property
    def personal_columns(self) -> tuple[Column, ...]:
        """Columns that may say something of a person."""
        return tuple(column for column in self.declared_columns if column.personal)

    @property
    def emptied_columns(self) -> tuple[str, ...]:
        """Personal columns that may be empty, so that retention can empty them."""
        return tuple(column.name for column in self.personal_columns if not (column.required or self._decides(column)))

    def may_be_dropped(self, column: Column) -> bool:
        """Whether a row without this value is the same row with the same consequences.

        Not where it is required, part of the key or of the content that names a row, or decides something.
        """
        return not (column.required or self.derived or self._decides(column))

    def _decides(self, column: Column) -> bool:
        return column.decides or column.name in self.key or column.references is not None

    def is_identifier(self, column: Column) -> bool:
        """Whether the column names something: such values are short and printable, so that they can be indexed."""
        return column.name in self.key or column.references is not None or column.type in ("code", "slug")


def _expect(holds: bool, sentence: str) -> None:
    """Raise the ValueError that pydantic turns into a problem of the file."""
    if not holds:
        raise ValueError(sentence)


@cache
def load_contracts(folder: Path = FILE_CONTRACTS) -> dict[str, FileContract]:
    """All file contracts by entity, in alphabetical order; raises ConfigurationInvalid on the first bad file."""
    contracts: dict[str, FileContract] = {}
    for path in sorted(folder.glob("*.yml")):
        contract = read_yaml_model(path, FileContract)
        if contract.entity != path.stem:
            raise ConfigurationInvalid(f"{path.name}: entity", expected=path.stem, found=contract.entity)
        contracts[contract.entity] = contract
    for contract in contracts.values():
        _expect_references_exist(contract, contracts)
    return contracts


def _expect_references_exist(contract: FileContract, contracts: dict[str, FileContract]) -> None:
    for column in contract.columns:
        entity, _, name = (column.references or "").partition(".")
        if entity and (entity not in contracts or name not in contracts[entity].column_by_name):
            raise ConfigurationInvalid(
                f"{contract.entity}.yml: columns.{column.name}.references",
                expected="<entity>.<column> of another file contract",
                found=str(column.references),
            )
