"""Words in English and Chinese, kept in one YAML file per command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """One language of a file of groups of codes; `labels` are vocabularies that the warehouse itself brings along."""

    language: str
    groups: Mapping[str, Mapping[str, Mapping[str, str]]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, language: str, labels: Mapping[str, Mapping[str, str]] | None = None) -> Words:
        """The words of `path` in `language`, `en` or `zh`."""
        return cls(language, yaml.safe_load(path.read_text(encoding="utf-8")), labels or {})

    def say(self, code: str, /, **values: Any) -> str:
        """The sentence called `code`, its places filled; KeyError if there is none, which is a defect."""
        text = self.groups["sentences"][code][self.language]
        return text.format(**values) if values else text

    def word(self, group: str, code: str | None) -> str:
        """The word for a code; a code of somebody's own is its own word, and no code is a dash."""
        if code is None:
            return "-"
        if code in self.labels.get(group, {}):
            return self.labels[group][code]
        known = self.groups.get(group, {}).get(code)
        return known[self.language] if known else code

    def name(self, row: Mapping[str, Any], column: str) -> str | None:
        """The column in this language where it is filled, else in English."""
        chosen = row.get(f"{column}_zh") if self.language == "zh" else None
        return chosen or row.get(column)
