"""What people call a suite and an expectation, in English and Chinese, from `expectations/titles.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from supplier_sla.landing.yaml_model import YamlModel, read_yaml_model
from supplier_sla.quality.suite import SUITES


@dataclass(frozen=True)
class Title:
    """A title in both languages; `zh` is empty where nobody has written one."""

    en: str
    zh: str

    def __str__(self) -> str:
        return f"{self.en} · {self.zh}" if self.zh else self.en


class _SuiteTitle(YamlModel):
    en: str
    zh: str


class Titles(YamlModel):
    """The file. What it lacks goes by its technical name."""

    suites: dict[str, _SuiteTitle]
    expectations: dict[str, str]

    def suite(self, name: str) -> Title:
        """The title of a suite, or of a part of one: some deliveries of many, one receiver of several."""
        whole = name.partition("_from_delivery_")[0]
        whole, _, receiver = whole.partition("_of_receiver_")
        known = self.suites.get(name) or self.suites.get(whole)
        if known is None:
            return Title(name, "")
        return Title(f"{known.en}: {receiver}", f"{known.zh}：{receiver}") if receiver else Title(known.en, known.zh)

    def expectation(self, name: str) -> Title:
        """The title of an expectation."""
        return Title(name.replace("_", " "), self.expectations.get(name, ""))


@cache
def read_titles() -> Titles:
    """All titles; raises ConfigurationInvalid if the file is not one."""
    return read_yaml_model(SUITES / "titles.yml", Titles)
