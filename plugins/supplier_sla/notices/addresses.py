"""Addresses as registers deliver them: lists with semicolons, and values that are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Plain addresses of RFC 5321 without quoting: nothing in one can end a header or name a second recipient.
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True)
class Recipient:
    """One address of a notice, in lower case."""

    address: str
    is_copy: bool

    @property
    def is_mailable(self) -> bool:
        """False for what is no address, such as one that the landing door has hashed."""
        return ADDRESS.fullmatch(self.address) is not None


def recipients(addressed: str | None, copied: str | None) -> list[Recipient]:
    """Each address once, the supplier's before our own copies."""
    found: dict[str, Recipient] = {}
    for addresses, is_copy in ((addressed, False), (copied, True)):
        for part in (addresses or "").split(";"):
            address = part.strip().lower()
            if address:
                found.setdefault(address, Recipient(address, is_copy))
    return list(found.values())
