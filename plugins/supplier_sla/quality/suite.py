"""Reads the suites below `expectations/`: YAML that people review, checked here before Great Expectations sees it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model
from supplier_sla.settings import REPOSITORY

SUITES = REPOSITORY / "expectations"

# Figures that every delivery has without being measured: they stand in ops.delivery.
DELIVERY_FIGURES = ("rows_in_file", "rows_loaded", "rows_quarantined", "share_quarantined")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,59}$")]
Severity = Literal["critical", "warning"]


class Expected(YamlModel):
    """One expectation: the class of Great Expectations, its arguments, why it exists and what a failure does."""

    name: Name
    expectation: Annotated[str, Field(pattern=r"^(Expect[A-Za-z]+|UnexpectedRowsExpectation)$")]
    kwargs: dict[str, Any]
    reason: Annotated[str, Field(min_length=10, pattern=r"^[^\n]+$")]
    severity: Severity

    @model_validator(mode="after")
    def _query_reads_the_batch(self) -> Expected:
        if self.expectation == "UnexpectedRowsExpectation":
            query = self.kwargs.get("unexpected_rows_query", "")
            if "{batch}" not in query:
                raise ValueError(f"{self.name}: unexpected_rows_query must read from {{batch}}")
        return self


class Measure(YamlModel):
    """One figure per delivery, in SQL over its typed rows (`delivered`). Exactly one of the four forms is filled.

    `aggregate`: any aggregate. `count_of`: rows for which a condition holds. `share_of`: their share, 0..1, of the rows
    for which `among` holds; null (not judged) below `from_rows` such rows, because a share of few rows says nothing.
    `query`: a select of `_delivery_id` and `value`; a delivery that it leaves out has the value 0.
    """

    aggregate: str | None = None
    count_of: str | None = None
    share_of: str | None = None
    query: str | None = None
    among: str = "true"
    from_rows: Annotated[int, Field(ge=1)] = 20

    @model_validator(mode="after")
    def _has_one_form(self) -> Measure:
        filled = [form for form in (self.aggregate, self.count_of, self.share_of, self.query) if form]
        if len(filled) != 1:
            raise ValueError("a measure has exactly one of aggregate, count_of, share_of, query")
        return self


class _Suite(YamlModel):
    guards: Annotated[str, Field(min_length=10)]
    expectations: Annotated[list[Expected], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> _Suite:
        repeated = [name for name, count in Counter(each.name for each in self.expectations).items() if count > 1]
        if repeated:
            raise ValueError(f"name used twice: {', '.join(repeated)}")
        return self


class DoorInSuite(_Suite):
    """What a delivery of one entity must look like as a whole; each expectation judges one measure."""

    entity: Name
    measures: dict[Name, Measure]

    @model_validator(mode="after")
    def _expectations_judge_measures(self) -> DoorInSuite:
        judged = [each.kwargs.get("column") for each in self.expectations]
        for each, column in zip(self.expectations, judged, strict=True):
            if column not in self.measures and column not in DELIVERY_FIGURES:
                raise ValueError(f"{each.name}: column {column!r} is neither a measure nor one of {DELIVERY_FIGURES}")
        unused = set(self.measures) - set(judged)
        if unused:
            raise ValueError(f"measures that nothing judges: {', '.join(sorted(unused))}")
        return self

    @property
    def stem(self) -> str:
        """What the file is called."""
        return self.entity

    @property
    def name(self) -> str:
        """What results call the suite."""
        return f"door_in.{self.entity}"


class DoorOutSuite(_Suite):
    """What one readers' table must look like before readers see it."""

    table: Name

    @property
    def stem(self) -> str:
        """What the file is called."""
        return self.table

    @property
    def name(self) -> str:
        """What results call the suite."""
        return f"door_out.{self.table}"


class DoorOutFileSuite(DoorOutSuite):
    """What an extract must say before it gets its number; every rule asks for rows of one receiver."""

    @model_validator(mode="after")
    def _rules_look_at_one_receiver(self) -> DoorOutFileSuite:
        for each in self.expectations:
            if "{receiver}" not in each.kwargs.get("unexpected_rows_query", ""):
                raise ValueError(f"{each.name}: an UnexpectedRowsExpectation whose query names {{receiver}}")
        return self

    @property
    def name(self) -> str:
        """What results call the suite."""
        return f"door_out_file.{self.table}"


SuiteForm = TypeVar("SuiteForm", DoorInSuite, DoorOutSuite, DoorOutFileSuite)


def door_in_suite(entity: str) -> DoorInSuite | None:
    """The suite of an entity, or None when deliveries of it are not judged.

    Raises:
        ConfigurationInvalid: the file is no suite; names the file and the field.
    """
    path = SUITES / "door_in" / f"{entity}.yml"
    return _read(path, DoorInSuite) if path.exists() else None


def door_in_suites() -> list[DoorInSuite]:
    """All suites of the door in, by entity."""
    return [_read(path, DoorInSuite) for path in sorted((SUITES / "door_in").glob("*.yml"))]


def door_out_suites() -> list[DoorOutSuite]:
    """All suites of the door out, by table."""
    return [_read(path, DoorOutSuite) for path in sorted((SUITES / "door_out").glob("*.yml"))]


def door_out_file_suite() -> DoorOutFileSuite:
    """The suite of the file door."""
    return _read(SUITES / "door_out_file" / "extract_draft.yml", DoorOutFileSuite)


def _read(path: Path, form: type[SuiteForm]) -> SuiteForm:
    suite = read_yaml_model(path, form)
    if suite.stem != path.stem:
        raise ConfigurationInvalid(
            f"{path.parent.name}/{path.name}: what it guards",
            expected=f"{path.stem}, as the file is called",
            found=suite.stem,
            next_step="give both the same name",
        )
    return suite
