"""For how many months personal values are kept, from the installation's `retention.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.yaml_model import YamlModel, read_yaml_model

POLICY_FILE = "retention.yml"

# Damaged rows stand in a table of their own; they have no dates that can be relied on, so their arrival counts.
QUARANTINED_ROWS = "quarantined_rows"

Months = Annotated[int, Field(ge=1, le=1200)]


class PolicyMissing(SupplierSlaError):
    """Nobody has said how long personal values are kept."""


class RetentionPolicy(YamlModel):
    """`months` by entity (or `quarantined_rows`); what is not named is kept.

    `ledger_holds_months`: for how long a ledger line holds back the rows of the tickets it was posted for; without it
    for ever.
    """

    months: dict[str, Months] = Field(min_length=1)
    ledger_holds_months: Months | None = None

    @model_validator(mode="after")
    def _names_what_can_be_emptied(self) -> Self:
        possible = {name for name, contract in load_contracts().items() if contract.rests_from} | {QUARANTINED_ROWS}
        for name in self.months:
            if name not in possible:
                raise ValueError(f"months.{name}: one of {', '.join(sorted(possible))}")
        return self


def read_policy(path: Path) -> RetentionPolicy:
    """The policy in `path`.

    Raises:
        PolicyMissing: there is no such file.
        ConfigurationInvalid: it names an entity that has nothing to empty, or is no such file.
    """
    if not path.exists():
        raise PolicyMissing(
            f"{path.name} in {path.parent}",
            expected="how many months the personal values of an entity are kept",
            found="no file",
            next_step="write one with the lines `months:` and `  contacts: 24`, or name another with --policy",
        )
    return read_yaml_model(path, RetentionPolicy)
