"""The one error that a person is meant to read."""

from __future__ import annotations


class SupplierSlaError(Exception):
    """Something a user or operator can mend.

    `what` names the thing, `expected` and `found` say what differs, `next_step` what to do about it.
    `str()` is one line, whatever a foreign value may contain.
    """

    def __init__(self, what: str, *, expected: str = "", found: str = "", next_step: str = "") -> None:
        self.what = what
        self.expected = expected
        self.found = found
        self.next_step = next_step
        super().__init__(what)

    def __str__(self) -> str:
        parts = [self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        if self.next_step:
            parts.append(f"next: {self.next_step}")
        return " ".join("; ".join(parts).split())
