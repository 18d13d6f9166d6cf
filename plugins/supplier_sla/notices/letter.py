"""A notice as a letter in the supplier's language: HTML and plain text that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from supplier_sla.bilingual import Words
from supplier_sla.terminal import harmless

FOLDER = Path(__file__).parent
HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}

FIELDS = (
    "number", "letter_date", "supplier", "contract", "clause", "service_level", "ticket", "cause_at", "as_of",
)  # fmt: skip

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Letter:
    """What the templates say. Every value from a file is on one line and without control signs."""

    html_language: str
    subject: str
    fields: list[tuple[str, str]]
    sections: list[tuple[str, list[str]]]

    @property
    def html(self) -> bytes:
        """A page without scripts and without anything to load from elsewhere; UTF-8."""
        return _rendered("letter.html", self)

    @property
    def text(self) -> bytes:
        """The same for mail programs that show no HTML; UTF-8."""
        return _rendered("letter.txt", self)


def write_letter(notice: Row, number: int) -> Letter:
    """The letter of a row of rpt_supplier_notice_due under its number."""
    language = str(notice["language_code"])
    words = Words.of(FOLDER / "words.yml", language)
    values = _values(notice, number, words)
    contract = "subject_contract" if notice["contract_id"] else "subject"
    return Letter(
        html_language=HTML_LANGUAGES[language],
        subject=words.say(contract, **values),
        fields=[
            (words.word("field", name), values[name])
            for name in FIELDS
            if values[name] != "-"
        ],
        sections=[
            (words.word("section", "happened"), [words.say(_case(notice), **values)]),
            (words.word("section", "expected"), _expected(notice, words)),
            (
                words.word("section", "answer"),
                [words.say("how_to_answer", **values), words.say("how_to_dispute")],
            ),
        ],
    )  # fmt: skip


def _case(notice: Row) -> str:
    """The trigger, or the word for it once what it foretells has come."""
    trigger, measured = str(notice["trigger_code"]), notice["measured_value"]
    if trigger == "target_share_used" and measured >= 1:
        return "target_exceeded"
    if trigger == "misses_left" and measured == 0:
        return "misses_none_left"
    if trigger == "qualification_expiring" and measured <= 0:
        return "qualification_expired"
    return trigger


def _expected(notice: Row, words: Words) -> list[str]:
    asked = [
        words.say(code, date=_date(notice[column], words))
        for code, column in (("expect_answer", "answer_due_date"), ("expect_plan", "plan_due_date"))
        if notice[column] is not None
    ]
    return asked or [words.say("expect_nothing")]


def _values(notice: Row, number: int, words: Words) -> dict[str, str]:
    zone = ZoneInfo(notice["time_zone"])
    trigger = str(notice["trigger_code"])
    due_date = notice["due_date"]
    numerator, denominator = notice["numerator"], notice["denominator"]
    return {
        "kind": words.word("kind", notice["notice_kind"]),
        "matter": words.word("matter", _case(notice)),
        "number": str(number),
        "letter_date": _date(notice["letter_date"], words),
        "supplier": _said(words.name(notice, "supplier_name")),
        "contract": _named(notice["contract_id"], words.name(notice, "contract_name")),
        "clause": _said(notice["clause"]),
        "level": _said(words.name(notice, "service_level_name") or notice["service_level_id"]),
        "service_level": _named(words.name(notice, "service_level_name"), notice["service_level_clause"]),
        "ticket": _said(notice["ticket_id"] or notice["ticket_key"]),
        "subject": _said(notice["subject_code"]),
        "month": _month(notice["period_month"], words),
        "cause_at": _instant(notice["cause_at"], zone, words),
        "as_of": _instant(notice["as_of"], zone, words),
        "due_at": _instant(notice["due_at"], zone, words),
        "due_date": _date(due_date, words),
        "last_day": _date(due_date and due_date - timedelta(days=1), words),
        "measured": _percent(notice["measured_value"])
        if trigger == "target_share_used"
        else _number(notice["measured_value"]),
        "threshold": _number(notice["threshold"]),
        "numerator": _number(numerator),
        "denominator": _number(denominator),
        "ratio": _percent(numerator / denominator) if denominator else "-",
        "target": _percent(notice["target_value"]),
        "target_time": _duration(denominator, words) if trigger == "target_share_used" else "-",
        "escalates": _said(notice["escalates_notice_number"]),
    }


def _said(value: object) -> str:
    """A foreign value on one line, or a dash."""
    return "-" if value is None else harmless(str(value))


def _named(code: object, name: object) -> str:
    """`code, name`, or what there is of them."""
    parts = [harmless(str(part)) for part in dict.fromkeys((code, name)) if part]
    return ", ".join(parts) or "-"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value.normalize():f}"


def _percent(share: Decimal | None) -> str:
    return "-" if share is None else f"{_number(round(share * 100, 2))} %"


def _date(day: date | None, words: Words) -> str:
    return "-" if day is None else words.say("date", year=day.year, month=day.month, day=day.day)


def _month(day: date | None, words: Words) -> str:
    return "-" if day is None else words.say("month", year=day.year, month=day.month)


def _instant(instant: datetime | None, zone: ZoneInfo, words: Words) -> str:
    if instant is None:
        return "-"
    local = instant.astimezone(zone)
    return words.say("instant", date=_date(local.date(), words), time=f"{local:%H:%M}", zone=zone.key)


def _duration(seconds: Decimal | None, words: Words) -> str:
    if seconds is None:
        return "-"
    minutes = int(seconds) // 60
    return words.say("duration", hours=minutes // 60, minutes=minutes % 60)


def _rendered(template: str, letter: Letter) -> bytes:
    return _environment().get_template(template).render(letter=letter).encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=lambda name: not str(name).endswith(".txt"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
