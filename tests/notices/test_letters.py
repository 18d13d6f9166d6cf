"""What a letter says, in both languages, whatever the names in it are made of."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from supplier_sla.notices.addresses import Recipient, recipients
from supplier_sla.notices.letter import Letter, write_letter
from supplier_sla.notices.limit import NoticeLimitInvalid, TooManyNotices, notice_limit, refuse_too_many
from supplier_sla.notices.mail import SenderInvalid, SmtpMailServer, mail_bytes, message_id
from tests.notices.nights import AS_OF, due, due_columns

HOSTILE = "Acme</td><script>alert(1)</script>\r\nBcc: everybody@world.example\u202eevil"


def cause(**values: Any) -> dict[str, Any]:
    """A due row as the database gives it: every column, dates and instants as such."""
    row = {**dict.fromkeys(due_columns()), **due(**values)}
    row |= {name: date.fromisoformat(value) for name, value in row.items() if name in DATES and isinstance(value, str)}
    row["cause_at"] = datetime(2026, 7, 5, 1, 2, tzinfo=UTC)
    for name in ("measured_value", "threshold", "numerator", "denominator", "target_value"):
        row[name] = None if row[name] is None else Decimal(row[name])
    return row


DATES = ("period_month", "due_date", "letter_date", "answer_due_date", "plan_due_date")

CASES: list[tuple[dict[str, Any], str, str]] = [
    (
        {"trigger_code": "target_share_used", "measured_value": "0.8333", "numerator": 12000, "denominator": 14400,
         "due_at": datetime(2026, 7, 15, 12, 40, tzinfo=UTC)},
        "Ticket T-3 has used 83.33 % of the 4 h 00 min that Resolution allows. The target is used up at 2026-07-15 12:40 (UTC).",
        "工作单T-3已用去解决时间规定时限4小时00分的83.33 %，时限将于2026年7月15日12:40（UTC）用尽。",
    ),
    (
        {"trigger_code": "misses_left", "measured_value": 2, "numerator": 38, "denominator": 39, "target_value": "0.95"},
        "In 2026-07, 38 of 39 cases have met Resolution so far; the target is 95 %. With 2 more missed the month fails.",
        "2026年7月，解决时间目前39件中达标38件，目标为95 %。再有2件超时，当月即不达标。",
    ),
    (
        {},
        "Ticket T-3 missed Resolution at 2026-07-05 01:02 (UTC). It is miss number 3 in 2026-07.",
        "工作单T-3于2026年7月5日01:02（UTC）超出解决时间的时限，为2026年7月第3次超时。",
    ),
    (
        {"trigger_code": "level_failed", "measured_value": 2, "numerator": 9, "denominator": 12, "target_value": "0.95"},
        "Resolution failed in 2026-07: 75 % (9 of 12), the target is 95 %. Failed months in a row: 2.",
        "解决时间在2026年7月未达标：75 %（12中的9），目标为95 %。连续未达标月数：2。",
    ),
    (
        {"trigger_code": "score_below", "measured_value": "50.00", "threshold": 70},
        "The score of 2026-07 is 50; at least 70 is required.", "2026年7月评分为50，要求不低于70。",
    ),
    (
        {"trigger_code": "action_overdue", "measured_value": 5, "subject_code": "CA-1", "due_date": "2026-07-10"},
        "Corrective action CA-1 was due on 2026-07-10 and has not been reported as done. Days overdue: 5.",
        "整改措施CA-1应于2026年7月10日完成，至今未报告完成，已逾期5天。",
    ),
    (
        {"trigger_code": "obligation_overdue", "measured_value": 5, "subject_code": "monthly", "due_date": "2026-07-10"},
        "monthly for 2026-07 was due on 2026-07-10 and is not on record. Days overdue: 5.",
        "2026年7月的monthly应于2026年7月10日完成，至今无记录，已逾期5天。",
    ),
    (
        {"trigger_code": "qualification_expiring", "measured_value": 26, "subject_code": "iso", "due_date": "2026-08-10"},
        "Paper iso is valid up to and including 2026-08-09; days left: 26. No later one is on record.",
        "资质文件iso有效期至2026年8月9日（含当日），剩余26天，尚无后续文件备案。",
    ),
    (
        {"trigger_code": "notice_unanswered", "measured_value": 2, "escalates_notice_number": 7, "due_date": "2026-07-10"},
        "Notice no. 7 asked for an answer by 2026-07-10. None has been received.",
        "第7号通知要求于2026年7月10日前答复，至今未收到答复。",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "english", "chinese"), CASES, ids=[case[0].get("trigger_code", "nth_miss") for case in CASES]
)
def test_each_trigger_is_told_with_its_figures_in_both_languages(
    values: dict[str, Any], english: str, chinese: str
) -> None:
    assert english in write_letter(cause(**values), 12).text.decode()
    assert chinese in write_letter(cause(**values, language_code="zh"), 12).text.decode()


@pytest.mark.parametrize(
    ("values", "english", "chinese"),
    [
        ({"trigger_code": "target_share_used", "measured_value": "1.25"}, "a ticket is over its time", "工作单已超时"),
        (
            {"trigger_code": "target_share_used", "measured_value": "0.99"},
            "a ticket is running out of time",
            "工作单即将超时",
        ),
        ({"trigger_code": "misses_left", "measured_value": 0}, "a service level is failing", "服务水平本月将不达标"),
        (
            {"trigger_code": "qualification_expiring", "measured_value": 0},
            "a qualification paper has expired",
            "资质文件已过期",
        ),
        (
            {"trigger_code": "qualification_expiring", "measured_value": 1},
            "a qualification paper expires",
            "资质文件即将到期",
        ),
    ],
)
def test_a_subject_foretells_nothing_that_has_come(values: dict[str, Any], english: str, chinese: str) -> None:
    assert f": {english} (" in write_letter(cause(**values), 12).subject
    assert f"：{chinese}（" in write_letter(cause(**values, language_code="zh"), 12).subject


def test_a_letter_says_number_date_parties_clause_deadlines_and_how_to_dispute() -> None:
    letter = write_letter(cause(plan_due_date="2026-08-04"), 12)
    text = letter.text.decode()
    assert letter.subject == "Warning no. 12: a service level was missed (C-1, Desk)"
    for said in (
        "Number: 12", "Date: 2026-07-15", "Supplier: Acme & Söhne", "Contract: C-1, Desk", "Clause: Annex 3 §2",
        "Please answer by 2026-07-25", "rectification plan by 2026-08-04", "contest them under the same number",
    ):  # fmt: skip
        assert said in text
    assert "No answer is required" in write_letter(cause(answer_due_date=None), 12).text.decode()


def test_the_page_has_a_language_no_script_and_nothing_to_load() -> None:
    for code, tag in (("en", "en"), ("zh", "zh-Hans")):
        page = write_letter(
            cause(language_code=code, supplier_name=HOSTILE, supplier_name_zh=HOSTILE), 12
        ).html.decode()
        assert f'<html lang="{tag}">' in page
        assert not re.search(r"<script|<link|<img|<iframe|src=|href=|url\(|https?:", page)
        assert "&lt;script&gt;" in page


def test_what_both_forms_say_is_the_same() -> None:
    letter = write_letter(cause(plan_due_date="2026-08-04"), 12)
    page = letter.html.decode().replace("&amp;", "&").replace("&#39;", "'")
    said = [line.partition(": ")[2] or line for line in letter.text.decode().splitlines() if line]
    assert [part for part in said if part not in page] == []


def test_a_hostile_name_starts_no_line_and_no_header() -> None:
    letter = write_letter(cause(contract_name=HOSTILE, supplier_name=HOSTILE), 12)
    assert "\r" not in letter.text.decode() and "\u202e" not in letter.text.decode()
    assert not [line for line in letter.text.decode().splitlines() if line.startswith("Bcc")]
    mail = message_from_bytes(_mail(letter), policy=default)
    assert mail.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert mail["Subject"].startswith("Warning no. 12") and "Bcc: everybody" in mail["Subject"]


def test_a_mail_is_the_same_bytes_for_the_same_letter_and_passes_seven_bits() -> None:
    letter = write_letter(cause(language_code="zh"), 12)
    assert _mail(letter) == _mail(letter)
    assert max(_mail(letter)) < 128
    mail = message_from_bytes(_mail(letter), policy=default)
    assert mail["Date"].datetime == AS_OF
    plain, html = mail.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == letter.text.decode()
    assert html.get_content_type() == "text/html" and "解决时间" in html.get_content()


def _mail(letter: Letter) -> bytes:
    return mail_bytes(
        sender="sla@company.example", address="desk@supplier.example", subject=letter.subject, html=letter.html,
        text=letter.text, as_of=AS_OF, message_id=message_id(12, "desk@supplier.example", "ab" * 32, "sla@company.example"),
    )  # fmt: skip


def test_each_address_is_written_to_once_and_what_is_none_is_marked() -> None:
    found = recipients("Desk@a.example; desk@a.example;x", " board@a.example ;DESK@A.example")
    assert found == [Recipient("desk@a.example", False), Recipient("x", False), Recipient("board@a.example", True)]
    assert [one.is_mailable for one in found] == [True, False, True]
    assert recipients(None, None) == []


@pytest.mark.parametrize(
    "address", ["a@b.example\nBcc: c@d.example", "a b@c.example", "<a@b.example>", "a@b,c@d.example", "ä@b.example"]
)
def test_an_address_that_could_steer_a_mail_is_none(address: str) -> None:
    assert not Recipient(address, is_copy=False).is_mailable


def test_a_connection_without_a_sender_is_named() -> None:
    for sender in (None, "SLA <sla@company.example>"):
        with pytest.raises(SenderInvalid, match="from_email"):
            SmtpMailServer(None, sender)  # type: ignore[arg-type]


def test_the_limit_is_a_setting_and_stops_above_it() -> None:
    assert notice_limit({}) == 200 and notice_limit({"SUPPLIER_SLA_NOTICE_LIMIT": "7"}) == 7
    with pytest.raises(NoticeLimitInvalid, match="'-1'"):
        notice_limit({"SUPPLIER_SLA_NOTICE_LIMIT": "-1"})
    refuse_too_many(7, 7, what="notices")
    with pytest.raises(TooManyNotices, match="at most 7; found 8"):
        refuse_too_many(8, 7, what="notices")
