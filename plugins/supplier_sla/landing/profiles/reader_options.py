"""What a source profile can say of files in which a line is not simply a record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from supplier_sla.landing.yaml_model import YamlModel

RepeatedColumns = Literal["refuse", "number"]


class Unpivot(YamlModel):
    """Which columns of a table are questions, by patterns such as `Q*`: each of them gives a record of its own.

    `besides` are patterns of columns that are none although they fit. `question` and `answer` are the names by which
    `columns` of the profile address the name of the question's column and its value.
    """

    columns: tuple[str, ...] = Field(min_length=1)
    besides: tuple[str, ...] = ()
    question: str = Field(default="question", min_length=1)
    answer: str = Field(default="answer", min_length=1)

    @model_validator(mode="after")
    def _has_two_names(self) -> Self:
        if self.question.casefold() == self.answer.casefold():
            raise ValueError(f"unpivot.answer: another name than unpivot.question (found {self.answer!r})")
        return self


class BeforeFirst(YamlModel):
    """For `each`: one more record for each value of column `of`, which says what held before the first such element.

    The first is the one with the smallest number in column `by`; its record is repeated with values of other columns
    `instead` of its own. So a log of changes gives the values that a ticket had from the beginning, too.
    """

    of: str = Field(min_length=1)
    by: str = Field(min_length=1)
    instead: dict[str, str] = Field(min_length=1)


def array_path(path: str) -> str:
    """The path of an array in objects, or in the objects of another one; raises ValueError."""
    if not re.fullmatch(r"([^\[\].]+(\.[^\[\].]+)*\[\])(\.[^\[\].]+(\.[^\[\].]+)*\[\])*", path):
        raise ValueError("the path of an array, such as changelog.histories[].items[]")
    return path


def is_below(name: str, patterns: Iterable[str]) -> bool:
    """Whether a column fits one of the patterns or lies below what does, in any case; `*` stands for any text.

    `fields` covers `fields.summary`, and `Comment` covers `Comment.2`.
    """
    fitting = "|".join(re.escape(pattern.casefold()).replace(r"\*", ".*") for pattern in patterns)
    return bool(fitting) and re.match(rf"(?:{fitting})(?:[.\[]|\Z)", name.casefold(), re.DOTALL) is not None
