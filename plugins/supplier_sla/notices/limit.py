"""How many notices one run may issue or mail: what was said to suppliers cannot be taken back."""

from __future__ import annotations

import os
from collections.abc import Mapping

from supplier_sla.errors import SupplierSlaError

LIMIT_VARIABLE = "SUPPLIER_SLA_NOTICE_LIMIT"
DEFAULT_LIMIT = 200


class NoticeLimitInvalid(SupplierSlaError):
    """The limit is no whole number from 0 on."""


class TooManyNotices(SupplierSlaError):
    """More notices are due than one run may send; none was sent."""


def notice_limit(environment: Mapping[str, str] | None = None) -> int:
    """`SUPPLIER_SLA_NOTICE_LIMIT`, 200 when it is not set.

    Raises:
        NoticeLimitInvalid: see there.
    """
    text = (os.environ if environment is None else environment).get(LIMIT_VARIABLE, "").strip()
    if text and not text.isdecimal():
        raise NoticeLimitInvalid(
            LIMIT_VARIABLE, expected="a whole number of notices per run", found=repr(text), next_step="correct it"
        )
    return int(text) if text else DEFAULT_LIMIT


def refuse_too_many(count: int, limit: int, *, what: str) -> None:
    """Stop before the first one.

    Raises:
        TooManyNotices: see there.
    """
    if count > limit:
        raise TooManyNotices(
            f"{what} of this run",
            expected=f"at most {limit}",
            found=str(count),
            next_step="look at marts.rpt_supplier_notice_due whether a rule is wrong; if they are right, run"
            f" `scripts/notices issue --limit {count}`, or set {LIMIT_VARIABLE}",
        )
