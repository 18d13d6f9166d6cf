"""Who receives extracts: one reviewed YAML file per receiver, `receivers/<receiver_code>.yml`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from supplier_sla.landing.yaml_model import ConfigurationInvalid, YamlModel, read_yaml_model
from supplier_sla.settings import PREFIX

RECEIVERS = Path(__file__).parent / "receivers"
RECEIVERS_VARIABLE = PREFIX + "RECEIVERS"
SHIPPED = "shipped"

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Sign = Literal["penalty_positive", "penalty_negative"]

# The sign that an amount has where a layout leaves no choice.
FIXED_SIGNS: Mapping[str, Sign] = {"oracle_ap": "penalty_negative", "sap": "penalty_positive"}


class Scope(YamlModel):
    """Lines that agree with each list; an empty list leaves everything in."""

    contracts: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    currencies: tuple[Currency, ...] = ()

    def holds(self, line: Mapping[str, Any]) -> bool:
        """Whether the line's contract_id, supplier_id and currency_code are in all lists."""
        wanted = {"contract_id": self.contracts, "supplier_id": self.suppliers, "currency_code": self.currencies}
        return all(not values or line[column] in values for column, values in wanted.items())

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing."""
        return not (self.contracts or self.suppliers or self.currencies)


class OracleAp(YamlModel):
    """Oracle Payables: `operating_unit` (the business unit) and `source` must exist there; `distribution` is the
    account, its segments taken from {cost_centre} and {gl_account}."""

    operating_unit: Annotated[str, Field(max_length=240)] = ""
    source: Annotated[str, Field(min_length=1, max_length=80)] = "SUPPLIER_SLA"
    distribution: Annotated[str, Field(max_length=250)] = "{cost_centre}-{gl_account}"

    @model_validator(mode="after")
    def _distribution_can_be_filled(self) -> Self:
        try:
            self.distribution.format(cost_centre="", gl_account="")
        except (KeyError, IndexError, ValueError):
            raise ValueError("distribution: {cost_centre} and {gl_account}, no other names in braces") from None
        return self


class Sap(YamlModel):
    """SAP FI: company code, document types of credit memo and invoice, decimal sign of amounts."""

    company_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] = "1000"
    credit_memo_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")] = "KG"
    invoice_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")] = "KR"
    decimal_sign: Literal[".", ","] = "."


class Receiver(YamlModel):
    """One receiver. Which lines it gets: those in `gets` that are not in `leaves`.

    `folder` lies below the outbox. `batch_prefix` begins the numbers of documents: two warehouses that feed one system
    need two. `decimals`: places of an amount by currency, 2 where nothing is said. `tax_codes`: the receiver's tax code
    by tax_treatment_code.
    """

    receiver_code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    layout: Literal["csv", "xlsx", "oracle_ap", "sap"] = "csv"
    folder: str = ""
    gets: Scope = Scope()
    leaves: Scope | None = None
    sign: Sign = "penalty_positive"
    byte_order_mark: bool = True
    batch_prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,4}$")] = "SLA"
    decimals: dict[Currency, Annotated[int, Field(ge=0, le=2)]] = Field(default_factory=dict)
    tax_codes: dict[str, str] = Field(default_factory=dict)
    oracle_ap: OracleAp = OracleAp()
    sap: Sap = Sap()

    @model_validator(mode="before")
    @classmethod
    def _sign_follows_the_layout(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("layout") in FIXED_SIGNS:
            return {"sign": FIXED_SIGNS[values["layout"]], **values}
        return values

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if self.sign != FIXED_SIGNS.get(self.layout, self.sign):
            raise ValueError(f"sign: {FIXED_SIGNS[self.layout]}, the layout {self.layout} leaves no choice")
        if self.leaves is not None and self.leaves.is_empty:
            raise ValueError("leaves: at least one contract, supplier or currency")
        path = PurePosixPath(self.folder)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("folder: a path below the outbox")
        return self

    @property
    def amount_sign(self) -> int:
        """What an amount of the ledger is multiplied with."""
        return 1 if self.sign == "penalty_positive" else -1

    def holds(self, line: Mapping[str, Any]) -> bool:
        """Whether this receiver gets a line."""
        return self.gets.holds(line) and not (self.leaves is not None and self.leaves.holds(line))

    def tax_code(self, tax_treatment_code: str | None) -> str | None:
        """The receiver's own code for a tax treatment, else that of the clause."""
        return self.tax_codes.get(tax_treatment_code, tax_treatment_code) if tax_treatment_code else None

    def amount(self, value: Decimal, currency_code: str) -> str | None:
        """An amount with the places that the receiver wants; None when it has more."""
        places = self.decimals.get(currency_code, 2)
        rounded = round(value, places)
        return f"{rounded:.{places}f}" if rounded == value else None


def load_receivers(folder: Path | None = None) -> tuple[Receiver, ...]:
    """All receivers by code, from `folder`, else from the one that SUPPLIER_SLA_RECEIVERS names, else the shipped one.

    Raises:
        ConfigurationInvalid: a file is no receiver, is called otherwise than its receiver, there is none, or two would
            write into one folder.
    """
    if folder is None:
        named = os.environ.get(RECEIVERS_VARIABLE) or SHIPPED
        folder = RECEIVERS if named == SHIPPED else Path(named)
    receivers = [_read(path) for path in sorted(folder.glob("*.yml"))]
    if not receivers:
        raise ConfigurationInvalid(
            f"receivers in {folder}", expected="at least one <receiver_code>.yml", found="none",
            next_step=f"write one there, or set {RECEIVERS_VARIABLE} to {SHIPPED}",
        )  # fmt: skip
    _refuse_shared_folders(receivers)
    return tuple(receivers)


def _read(path: Path) -> Receiver:
    receiver = read_yaml_model(path, Receiver)
    if receiver.receiver_code != path.stem:
        raise ConfigurationInvalid(
            f"{path.name}: receiver_code", expected=f"{path.stem}, as the file is called",
            found=receiver.receiver_code, next_step="give both the same name",
        )  # fmt: skip
    return receiver


def _refuse_shared_folders(receivers: Sequence[Receiver]) -> None:
    folders = Counter(PurePosixPath(receiver.folder) for receiver in receivers)
    shared = sorted(str(folder) for folder, count in folders.items() if count > 1)
    if shared:
        raise ConfigurationInvalid(
            "folders of the receivers", expected="one for each, because their files have the same names",
            found=f"two receivers in {', '.join(shared)}", next_step="give each a folder of its own",
        )  # fmt: skip
