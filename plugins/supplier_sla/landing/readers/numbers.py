"""Numbers as the file contracts want them: plain digits, no exponent, no noise of binary fractions."""

from __future__ import annotations

from decimal import Decimal

# What a spreadsheet computes with and shows at most.
SPREADSHEET_DIGITS = 15

MOST_PLAIN_DIGITS = 400


def plain(number: Decimal) -> str:
    """All digits of `number`, its trailing zeros kept; one of absurd length stays in scientific notation."""
    if not number.is_finite():
        return str(number)
    is_short = abs(number.adjusted()) < MOST_PLAIN_DIGITS
    return format(number, "f") if is_short else str(number)


def plain_float(number: float) -> str:
    """The shortest plain number that reads back as `number`; a whole one without a point."""
    return _without_trailing_zeros(plain(Decimal(repr(number))))


def spreadsheet_number(number: float) -> str:
    """What the spreadsheet shows of a number: 0.3, not the 0.30000000000000004 that it may store."""
    return _without_trailing_zeros(plain(Decimal(f"{number:.{SPREADSHEET_DIGITS}g}")))


def _without_trailing_zeros(text: str) -> str:
    text = text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text
    return "0" if text == "-0" else text
