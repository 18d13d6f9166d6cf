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
    """A control file beside each data file, or the last line of each, and the keys under which it states what.

    `name` is made of the data file's: `{name}` with, `{stem}` without its suffix. In `json` a key is a dotted path;
    `key_value` has lines of `key=value` or `key: value`; `csv` (with commas) has a header and one row.

    `trailer` is a regular expression that the last line must fit; its named groups are the keys.

    Where a control file is missing the data file waits, for `wait_hours` from the first run on that saw it, and then is
    refused (`wait`); or it is refused at once, or taken as it is (`accept`).
    """

    name: str | None = None
    trailer: str | None = None
    format: ControlFormat = "json"
    row_count: str | None = Field(default=None, min_length=1)
    sums: dict[str, str] = Field(default_factory=dict)
    period: Period | None = None
    sha256: str | None = Field(default=None, min_length=1)
    when_missing: Literal["wait", "refuse", "accept"] = "wait"
    wait_hours: int = Field(default=24, ge=0)

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if (self.name is None) == (self.trailer is None):
            raise ValueError("name or trailer: exactly one of them")
        if self.name is not None and (
            len(_PLACE.findall(self.name)) != 1 or _PLACE.fullmatch(self.name) or "/" in self.name
        ):
            raise ValueError(
                f"name: {{name}} or {{stem}} once and more around it, without a folder (found {self.name!r})"
            )
        if self.trailer is not None:
            self._check_trailer(self.trailer)
        if not (self.row_count or self.sums or self.period or self.sha256):
            raise ValueError("at least one of row_count, sums, period, sha256")
        return self

    def _check_trailer(self, trailer: str) -> None:
        try:
            groups = re.compile(trailer).groupindex
        except re.error as error:
            raise ValueError(f"trailer: a regular expression ({error})") from None
        if self.sha256:
            raise ValueError("sha256: not in a trailer, which is part of what is hashed")
        unknown = sorted({*self.keys} - {*groups})
        if unknown:
            raise ValueError(f"trailer: a named group for each key (found none for {', '.join(unknown)})")

    @property
    def keys(self) -> list[str]:
        """Every key that must be there."""
        period = (self.period.first, self.period.last) if self.period else ()
        return [key for key in (self.row_count, self.sha256, *self.sums.values(), *period) if key]

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
        return (self.name or "").replace("{name}", data_name).replace("{stem}", stem)

    def could_name(self, file_name: str) -> bool:
        """Whether a file of this name can be a control file."""
        if self.name is None:
            return False
        before, after = _PLACE.split(self.name)[::2]
        return re.fullmatch(f"{re.escape(before)}.+{re.escape(after)}", file_name, re.IGNORECASE) is not None
