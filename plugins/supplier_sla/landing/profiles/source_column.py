"""Where the values of one canonical column come from in a tool's export, and what they mean."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from supplier_sla.landing.contract import Column
from supplier_sla.landing.timestamps import ISO8601
from supplier_sla.landing.yaml_model import YamlModel

QUARANTINE = "quarantine"
KEEP = "keep"

# How tools write yes and no, in any case.
TRUE_WORDS = ("true", "t", "yes", "y", "1", "on")
FALSE_WORDS = ("false", "f", "no", "n", "0", "off")


def timestamp_format(pattern: str) -> str:
    """A format of timestamps as a profile may name it; raises ValueError."""
    if pattern != ISO8601 and "%" not in pattern:
        raise ValueError(f"{ISO8601} or a strptime pattern, such as %d/%m/%Y %H:%M")
    return pattern


def from_bare_name(value: object) -> object:
    """`name` and `[name, name]` as `{from: ...}`."""
    return {"from": value} if isinstance(value, str | list) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    if any(not name.strip() for name in names):
        raise ValueError("names of columns, none of them empty")
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError(f"each column once (found {list(names)})")
    return names


def condition(values_by_column: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A condition on source columns: each must have one of its values. Raises ValueError where it can never say no."""
    if not values_by_column:
        raise ValueError("at least one column with its values")
    for name, values in values_by_column.items():
        if not name.strip() or not values:
            raise ValueError(f"a column and at least one value (found {name!r}: {list(values)})")
    return values_by_column


Names = Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(min_length=1), AfterValidator(_names)]
Values = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Condition = Annotated[dict[str, Values], AfterValidator(condition)]
TimestampFormats = Annotated[
    tuple[Annotated[str, AfterValidator(timestamp_format)], ...], BeforeValidator(_as_list), Field(min_length=1)
]


# What says how delivered values are read.
_OF_VALUES = ("codes", "ignore_case", "unknown_code", "truth", "null_marks", "timestamp_formats", "tie_breaker")


class SourceColumn(YamlModel):
    """One canonical column; in YAML a bare name is short for `{from: name}`.

    Its value is that of the first column of `from` that has one, the values of the columns of `join` with `separator`
    between them (none if one of them is missing), a `constant`, or that of the first source in `first_of` that has one;
    with `when` only where each of those columns has one of the values, else none. Upper and lower case are the same in
    `when`.

    The order is: null marks (`null_marks` instead of the file's), from or join, `when`, `codes`, `truth` or timestamps
    (`timestamp_formats` instead of the file's, `tie_breaker`), `if_null`. A code that is not in `codes` sends its row
    to quarantine, is kept as it is, or becomes the code that `unknown_code` gives. `truth` is the pair of codes for
    true and false. `tie_breaker` is a column with a whole number that is added to a timestamp as microseconds, so that
    versions of one minute keep their order whatever file they come in. An `optional` column may be missing from the
    file; of the others each must be there, of those of `from` one.
    """

    from_columns: Names | None = Field(default=None, alias="from")
    join: Names | None = None
    separator: str | None = None
    constant: str | None = Field(default=None, min_length=1)
    first_of: tuple[Annotated[SourceColumn, BeforeValidator(from_bare_name)], ...] | None = Field(
        default=None, min_length=2
    )
    when: Condition | None = None
    codes: dict[str, str] | None = Field(default=None, min_length=1)
    ignore_case: bool = False
    unknown_code: str = Field(default=QUARANTINE, min_length=1)
    truth: tuple[str, str] | None = None
    null_marks: tuple[str, ...] | None = None
    timestamp_formats: TimestampFormats | None = None
    tie_breaker: str | None = Field(default=None, min_length=1)
    if_null: str | None = Field(default=None, min_length=1)
    optional: bool = False

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = {"from": self.from_columns, "join": self.join, "constant": self.constant, "first_of": self.first_of}
        given = [name for name, origin in origins.items() if origin is not None]
        _expect(len(given) == 1, f"one of {', '.join(origins)} (found {' and '.join(given) or 'none of them'})")
        _expect(self.separator is None or self.join is not None, "separator: only with join")
        _expect(self.join is None or len(self.join) > 1, "join: at least two columns; one alone is from")
        if self.constant is not None:
            _expect(self.when is not None, "constant: together with when; what every row has stands under constants")
            self._expect_none_of(_OF_VALUES, "of a constant")
            self._expect_none_of(("if_null", "optional"), "of a constant")
        if self.first_of is not None:
            self._expect_none_of((*_OF_VALUES, "when"), "beside first_of, but of the sources in it")
            for source in self.first_of:
                _expect(source.first_of is None, "first_of: not inside another first_of")
                source._expect_none_of(("if_null", "optional"), "inside first_of, but beside it")
        _expect(
            self.when is None or self.if_null is None,
            "if_null: not together with when, which leaves the other rows without a value",
        )
        return self

    @model_validator(mode="after")
    def _says_what_codes_mean(self) -> Self:
        _expect(self.codes is None or self.truth is None, "truth: not together with codes")
        _expect(self.codes is not None or not self.ignore_case, "ignore_case: only with codes")
        has_codes = self.codes is not None or self.truth is not None
        _expect(has_codes or "unknown_code" not in self.model_fields_set, "unknown_code: only with codes or truth")
        _expect(self.truth is None or all(self.truth), "truth: two codes, that of true and that of false")
        for name in ("codes", "truth"):
            both = getattr(self, name) is not None and (self.timestamp_formats or self.tie_breaker) is not None
            _expect(not both, f"{name}: not together with timestamp_formats or tie_breaker")
        if self.codes is not None:
            _expect(
                all(code.strip() for code in self.codes), 'codes: no empty code; what stands for "no value" is if_null'
            )
            spellings = {code.casefold() for code in self.codes} if self.ignore_case else self.codes
            _expect(len(spellings) == len(self.codes), "codes: each code once, upper and lower case alike")
        return self

    def _expect_none_of(self, names: tuple[str, ...], where: str) -> None:
        for name in names:
            _expect(name not in self.model_fields_set, f"{name}: not {where}")

    @property
    def alternatives(self) -> tuple[SourceColumn, ...]:
        """Its sources, in their order: those of `first_of`, else itself."""
        return self.first_of or (self,)

    @property
    def value_columns(self) -> tuple[str, ...]:
        """The columns whose values it takes."""
        if self.first_of is not None:
            return tuple(name for source in self.first_of for name in source.value_columns)
        return self.from_columns or self.join or ()

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that it looks at."""
        if self.first_of is not None:
            return tuple(name for source in self.first_of for name in source.columns_read)
        tie_breaker = (self.tie_breaker,) if self.tie_breaker is not None else ()
        return (*self.value_columns, *(self.when or ()), *tie_breaker)

    @property
    def label(self) -> str:
        """Its source, for people."""
        if self.join is not None:
            return " and ".join(self.join)
        return " or ".join(self.from_columns or ()) or "a constant"

    @property
    def meanings(self) -> dict[str, str] | None:
        """The canonical code of each of the tool's codes; None without codes."""
        if self.truth is None:
            return self.codes
        yes, no = self.truth
        return {**dict.fromkeys(TRUE_WORDS, yes), **dict.fromkeys(FALSE_WORDS, no)}

    @property
    def ignores_case(self) -> bool:
        """Whether upper and lower case are the same in its codes."""
        return self.ignore_case or self.truth is not None

    @property
    def code_for_unknown(self) -> str | None:
        """The code that stands for one that is not known; None where there is none."""
        return self.unknown_code if self.unknown_code not in (QUARANTINE, KEEP) else None

    def problem_with(self, column: Column) -> str | None:
        """What makes it no source of this column of a file contract, or None."""
        if self.when is not None and column.required:
            return "when: not of a required column, which every row must have"
        problems = (source._problem_of_values(column) for source in (self, *(self.first_of or ())))
        return next((problem for problem in problems if problem is not None), None)

    def _problem_of_values(self, column: Column) -> str | None:
        for option in ("timestamp_formats", "tie_breaker"):
            if getattr(self, option) is not None and column.type != "timestamp":
                return f"{option}: only of timestamps, not of {column.type}"
        if self.meanings is not None and column.type == "timestamp":
            return "codes, truth: not of a timestamp"
        given = {*(self.meanings or {}).values(), *filter(None, (self.if_null, self.constant, self.code_for_unknown))}
        if column.allowed and not given <= set(column.allowed):
            return f"values out of {list(column.allowed)} (found {sorted(given - set(column.allowed))})"
        return None


def _expect(holds: bool, sentence: str) -> None:
    """Raise the ValueError that pydantic turns into a problem of the file."""
    if not holds:
        raise ValueError(sentence)
