"""Reads a reviewed YAML file into a frozen pydantic model, with errors that name file, key and expectation."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from supplier_sla.errors import SupplierSlaError


class ConfigurationInvalid(SupplierSlaError):
    """A file contract or source profile that cannot be used as it is written."""


class YamlModel(BaseModel):
    """Base of everything read from YAML: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML silently keeps the last of two equal keys; a second `encoding:` line must be an error instead."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue  # `<<: *anchor` takes over what is not said again
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} appears twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


ModelType = TypeVar("ModelType", bound=YamlModel)


def read_yaml_model(path: Path, model: type[ModelType]) -> ModelType:
    """Load `path` as `model`; raises ConfigurationInvalid listing every key that is wrong."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationInvalid(
            f"{path.name} cannot be read", expected="a YAML file in UTF-8", found=str(error)
        ) from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigurationInvalid(
            f"{path.name} is not valid",
            expected="; ".join(_describe(problem) for problem in error.errors(include_url=False)),
            next_step=f"mend {path.name}",
        ) from error


def _describe(problem: Any) -> str:
    """One pydantic problem as `key: what was expected (found ...)`."""
    key = ".".join(str(part) for part in problem["loc"]) or "(whole file)"
    found = "" if problem["type"] in ("missing", "value_error") else f" (found {str(problem['input'])[:80]!r})"
    return f"{key}: {problem['msg'].removeprefix('Value error, ')}{found}"
