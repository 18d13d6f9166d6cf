"""Control files in a source profile: what a sender says of a file beside it, and what is done where that is missing."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from supplier_sla.landing.contract import FileContract
from supplier_sla.landing.yaml_model import YamlModel

ControlFormat = Literal["json", "key_value", "csv"]

_PLACE = re.compile(r"\{(name|stem)\}")


class Period(YamlModel):
    """The values of `column` lie between the instants under the keys `from` and `to`, both included."""

    column: str
    first: str | None = Field(default=None, alias="from", min_length=1)
    last: str | None = Field(default=None, alias="to", min_length=1)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.first is None and self.last is None:
            raise ValueError("from, to: at least one of the two keys")
        return self


class ControlProfile(YamlModel):
    """A control file beside each data file, and the keys under which it states what.

    `name` is made of the data file's: `{name}` with, `{stem}` without its suffix. In `json` a key is a dotted path;
    `key_value` has lines of `key=value` or `key: value`; `csv` (with commas) has a header and one row.

    Where it is missing the data file waits, for `wait_hours` from the first run on that saw it, and is refused then
    (`wait`); or it is refused at once, or taken as it is (`accept`).
    """

    name: str
    format: ControlFormat = "json"
    row_count: str | None = Field(default=None, min_length=1)
    sums: dict[str, str] = Field(default_factory=dict)
    period: Period | None = None
    sha256: str | None = Field(default=None, min_length=1)
    when_missing: Literal["wait", "refuse", "accept"] = "wait"
    wait_hours: int = Field(default=24, ge=0)

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if len(_PLACE.findall(self.name)) != 1 or _PLACE.fullmatch(self.name) or "/" in self.name:
            raise ValueError(
                f"name: {{name}} or {{stem}} once and more around it, without a folder (found {self.name!r})"
            )
        if not (self.row_count or self.sums or self.period or self.sha256):
            raise ValueError("at least one of row_count, sums, period, sha256")
        return self

    def check_columns(self, contract: FileContract | None) -> None:
        """Raise ValueError where a sum or the period is of a column that the entity does not have in that form."""
        columns: list[tuple[str, tuple[str, ...]]] = [(name, ("integer", "decimal", "ratio")) for name in self.sums]
        columns += [(self.period.column, ("timestamp", "date"))] if self.period else []
        if columns and contract is None:
            raise ValueError("control.sums, control.period: only with one entity, because they name its columns")
        for name, types in columns:
            column = contract.column_by_name.get(name) if contract else None
            if column is None or column.type not in types:
                raise ValueError(f"control: a column of type {' or '.join(types)} (found {name!r})")

    def name_for(self, data_name: str) -> str:
        """The name of the control file of a data file."""
        stem = data_name.rpartition(".")[0] or data_name
        return self.name.replace("{name}", data_name).replace("{stem}", stem)

    def could_name(self, file_name: str) -> bool:
        """Whether a file of this name can be a control file."""
        before, after = _PLACE.split(self.name)[::2]
        return re.fullmatch(f"{re.escape(before)}.+{re.escape(after)}", file_name, re.IGNORECASE) is not None
