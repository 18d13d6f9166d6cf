"""Personal values at the door: kept, replaced by a keyed hash, or dropped, before anything of them is stored.

Which columns are personal, and of which class, the file contracts say; what happens to a class, one setting of the
installation says. Rows, quarantine and reports see only what comes out of here.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from supplier_sla.errors import SupplierSlaError
from supplier_sla.kept_secret import kept_secret
from supplier_sla.landing.contract import Column, FileContract, PersonalClass

PERSONAL_VARIABLE = "SUPPLIER_SLA_PERSONAL"
SECRET_FILE = "personal_secret"  # its name, not the secret

# Columns that no contract knows are a class of their own: nobody has said what is in them.
UNKNOWN = "unknown"

Handling = Literal["keep", "hash", "drop"]
Protect = Callable[[str], str]

CLASSES = (*get_args(PersonalClass), UNKNOWN)

HASH_PREFIX = "hashed-"
HASH_DIGITS = 32

NOT_SHOWN = "not shown, because personal values of this file are hashed or dropped"


class PersonalSettingInvalid(SupplierSlaError):
    """SUPPLIER_SLA_PERSONAL is not a list of `<class>=<handling>`."""


@dataclass(frozen=True)
class PersonalData:
    """What is done to the values of each class; a class that is not named is kept. The secret keys the hashes."""

    handling: Mapping[str, Handling] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)

    @classmethod
    def from_environment(cls, home: Path, environment: Mapping[str, str] | None = None) -> PersonalData:
        """Read SUPPLIER_SLA_PERSONAL, for example `free_text=drop,identity=hash,unknown=drop`; empty keeps everything.

        The secret is made the first time that something other than keep is asked for, below `home`, readable by its
        owner only. Without it hashes cannot be made again: it belongs into the backup of the home folder.

        Raises:
            PersonalSettingInvalid: not such a list, or a class or handling that does not exist.
        """
        values = os.environ if environment is None else environment
        handling = _parsed(values.get(PERSONAL_VARIABLE, ""))
        if not handling:
            return cls()
        return cls(handling, kept_secret(home / SECRET_FILE, lambda: secrets.token_hex(32)).encode())

    @property
    def setting(self) -> str:
        """The setting in one fixed spelling, classes in alphabetical order; empty if everything is kept."""
        return ",".join(f"{name}={self.handling[name]}" for name in sorted(self.handling))

    @property
    def secret_fingerprint(self) -> str:
        """By which the same secret is known again without being told."""
        return self._digest("fingerprint of the secret") if self.secret else ""

    def handling_of(self, column: Column, contract: FileContract) -> Handling:
        """What is done to the values of a column; where a value must be there, dropping it means hashing it."""
        handling = self.handling.get(column.personal or "", "keep")
        return "hash" if handling == "drop" and not contract.may_be_dropped(column) else handling

    def protects(self, contract: FileContract) -> bool:
        """Whether any value of such a file is hashed or dropped."""
        return UNKNOWN in self.handling or any(
            self.handling_of(column, contract) != "keep" for column in contract.columns
        )

    def protector(self, column: Column, contract: FileContract) -> Protect | None:
        """What a value of the column is sent through; None where it is kept."""
        handling = self.handling_of(column, contract)
        if handling == "hash":
            return self.hashed_words if column.decides else self.hashed
        return _dropped if handling == "drop" else None

    @property
    def extra_protector(self) -> Protect | None:
        """What a value of a column that no contract knows is sent through; None where it is kept."""
        handling = self.handling.get(UNKNOWN, "keep")
        if handling == "hash":
            return self.hashed
        return _dropped if handling == "drop" else None

    def hashed(self, value: str) -> str:
        """The same hash for the same value, so that what refers to it still finds it; blanks stay blanks."""
        return f"{HASH_PREFIX}{self._digest(value)}" if value.strip() else value

    def hashed_words(self, value: str) -> str:
        """A hash of words as people write them: upper and lower case and blanks around make no difference.

        The models compare names like that (who asked for an exclusion, who approved it).
        """
        return self.hashed(unicodedata.normalize("NFC", value).strip().casefold())

    def _digest(self, text: str) -> str:
        return hmac.digest(self.secret, text.encode("utf-8"), hashlib.sha256).hex()[:HASH_DIGITS]


KEEP_EVERYTHING = PersonalData()


def _dropped(value: str) -> str:
    return ""


def _parsed(text: str) -> dict[str, Handling]:
    """What is not kept, by class."""
    chosen: dict[str, Handling] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, handling = (side.strip() for side in part.partition("="))
        if name not in CLASSES or handling not in get_args(Handling) or name in chosen:
            raise PersonalSettingInvalid(
                PERSONAL_VARIABLE,
                expected=f"<class>=<handling>, separated by commas; each class ({', '.join(CLASSES)}) at most once,"
                f" handling {', '.join(get_args(Handling))}",
                found=repr(part),
                next_step="correct the setting, for example free_text=drop,identity=hash,contact=hash",
            )
        chosen[name] = handling  # type: ignore[assignment]  # looked at above
    return {name: handling for name, handling in chosen.items() if handling != "keep"}
