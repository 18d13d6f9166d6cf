"""Where things are: the one typed view of the environment that the tasks of a night have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from supplier_sla.errors import SupplierSlaError

REPOSITORY = Path(__file__).resolve().parents[2]

# Where all state goes, and the variable that names the administrator's address, when nothing else is said.
DEFAULT_HOME = REPOSITORY / ".state"
DATABASE_URL_VARIABLE = "SUPPLIER_SLA_DATABASE_URL"

SLOTS = ("marts_blue", "marts_green")

PREFIX = "SUPPLIER_SLA_"


class SettingMissing(SupplierSlaError):
    """An environment variable that a task needs is not set."""


def inbox_of(home: Path) -> Path:
    """Folder of the copies of remote files."""
    return home / "inbox"


@dataclass(frozen=True)
class Settings:
    """Paths and addresses of one installation. URLs are libpq URLs and hold passwords: `repr` leaves them out."""

    home: Path
    landing: Path
    outbox: Path
    loader_url: str = field(repr=False)
    transformer_url: str = field(repr=False)
    bi_reader_url: str = field(repr=False)

    @property
    def data_docs(self) -> Path:
        """Folder of the Great Expectations pages."""
        return self.home / "data_docs"

    @property
    def inbox(self) -> Path:
        """Copies of what remote landings delivered."""
        return inbox_of(self.home)

    @property
    def dbt_project(self) -> Path:
        """The dbt project, which is never written to."""
        return REPOSITORY / "dbt_project"

    def dbt_target(self, slot: str) -> Path:
        """dbt's target folder of one slot; one each keeps partial parsing valid."""
        return self.home / "dbt" / slot

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `SUPPLIER_SLA_*`.

        Raises:
            SettingMissing: a variable is missing or empty.
        """
        values = os.environ if environment is None else environment

        def required(name: str) -> str:
            value = values.get(PREFIX + name, "")
            if not value:
                raise SettingMissing(
                    f"environment variable {PREFIX}{name}",
                    expected="a value",
                    found="nothing",
                    next_step="run scripts/nightly, or set it as .env.example shows",
                )
            return value

        return cls(
            home=Path(required("HOME")),
            landing=Path(required("LANDING")),
            outbox=Path(required("OUTBOX")),
            loader_url=required("LOADER_URL"),
            transformer_url=required("TRANSFORMER_URL"),
            bi_reader_url=required("BI_READER_URL"),
        )

    def as_environment(self) -> dict[str, str]:
        """The variables that `from_environment` reads back to an equal object."""
        return {
            PREFIX + "HOME": str(self.home),
            PREFIX + "LANDING": str(self.landing),
            PREFIX + "OUTBOX": str(self.outbox),
            PREFIX + "LOADER_URL": self.loader_url,
            PREFIX + "TRANSFORMER_URL": self.transformer_url,
            PREFIX + "BI_READER_URL": self.bi_reader_url,
        }
