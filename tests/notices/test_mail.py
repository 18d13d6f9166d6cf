"""Mails against a real server: once per address, never in quiet hours, uncertain when nobody can tell."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplier_sla.database import session
from supplier_sla.notices.dispatch import Mailed, MailServerFellSilent, NothingToRepeat, ask_again
from supplier_sla.notices.issue import LetterChanged
from supplier_sla.notices.limit import TooManyNotices
from tests.conftest import Warehouse
from tests.extracts.killing import in_a_fork, kill_before_step
from tests.notices.mail_box import MailBox, logged_in, serving
from tests.notices.nights import AS_OF, due, issue, mail, mail_states, night, window
from tests.support.instants import utc

DESK, BOARD, COPY = "desk@supplier.example", "board@supplier.example", "vm@company.example"


@pytest.fixture
def box() -> MailBox:
    return MailBox()


@pytest.fixture
def port(box: MailBox) -> Iterator[int]:
    with serving(box) as port:
        yield port


def send(warehouse: Warehouse, port: int, **options: object) -> Mailed:
    with logged_in(port) as server:
        return mail(warehouse, server, **options)  # type: ignore[arg-type]


def test_every_address_gets_one_mail_with_the_letter_that_is_in_the_outbox(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    night(warehouse, due(recipients=f"{DESK}; {BOARD}", copy_recipients=f"{COPY}; {DESK}"))
    issue(warehouse, tmp_path)
    assert send(warehouse, port).sent == [(1, BOARD), (1, DESK), (1, COPY)]
    assert send(warehouse, port).sent == []
    assert box.addresses == [BOARD, DESK, COPY]
    plain, html = box.mail_to(DESK).iter_parts()
    letter = (tmp_path / "notices" / "notice_000001.html").read_text(encoding="utf-8")
    assert html.get_content().replace("\r\n", "\n") == letter
    assert "It is miss number 3" in plain.get_content()
    identities = {box.mail_to(address)["Message-ID"] for address in box.addresses}
    recorded = warehouse.query("select message_id from governance.notice_dispatch")
    assert identities == {identity for (identity,) in recorded} and len(identities) == 3
    assert set(mail_states(warehouse).values()) == {"sent"}


def test_nothing_leaves_in_quiet_hours_or_before_its_time(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    evening = {"quiet_hours": "22:00-07:00"}
    night(
        warehouse,
        due(**evening, not_before_at=utc("2026-07-16 07:00")),
        windows=[
            window("2026-07-15T07:00:00Z", "2026-07-15T22:00:00Z", **evening),
            window("2026-07-16T07:00:00Z", "2026-07-16T22:00:00Z", **evening),
        ],
    )
    issue(warehouse, tmp_path)
    for quiet in ("2026-07-15 12:00", "2026-07-16 06:59", "2026-07-16 22:00", "2026-07-17 12:00"):
        assert send(warehouse, port, as_of=utc(quiet)).sent == [], quiet
    assert send(warehouse, port, as_of=utc("2026-07-16 21:59")).sent == [(1, DESK)]


def test_what_has_waited_longer_than_a_month_is_not_mailed_any_more(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    night(warehouse, due())
    issue(warehouse, tmp_path)
    assert send(warehouse, port, as_of=utc("2026-08-15 12:01")).sent == []
    assert send(warehouse, port, as_of=utc("2026-08-15 12:00")).sent == [(1, DESK)]


def test_one_that_is_put_off_is_tried_again_and_one_that_is_refused_is_not(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    night(warehouse, due(recipients=f"{DESK}; {BOARD}", copy_recipients="no address"))
    issue(warehouse, tmp_path)
    box.answers = {DESK: "451 try later", BOARD: "550 nobody here"}
    first = send(warehouse, port)
    assert (first.deferred, first.refused) == ([(1, DESK)], [(1, BOARD)])
    box.answers = {}
    assert send(warehouse, port).sent == [(1, DESK)]
    assert mail_states(warehouse) == {(1, DESK): "sent", (1, BOARD): "refused", (1, "no address"): None}
    assert warehouse.query("select detail from governance.notice_dispatch_outcome where outcome_code = 'refused'") == [
        ("550 nobody here",)
    ]


def test_a_server_that_takes_no_more_for_now_leaves_the_others_untried(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    night(warehouse, due(), due(recipients=BOARD))
    issue(warehouse, tmp_path)
    box.answers = {DESK: "421 too many messages, closing"}
    first = send(warehouse, port)
    assert (first.deferred, first.sent) == ([(1, DESK)], [])
    assert mail_states(warehouse) == {(1, DESK): "deferred", (2, BOARD): None}
    box.answers = {}
    assert send(warehouse, port).sent == [(1, DESK), (2, BOARD)]


def test_a_server_that_falls_silent_leaves_an_uncertain_mail_that_only_a_person_repeats(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    night(warehouse, due(), due())
    issue(warehouse, tmp_path)
    box.is_silent_after_taking = True
    with pytest.raises(MailServerFellSilent, match="resend 1"):
        send(warehouse, port)
    box.is_silent_after_taking = False
    assert mail_states(warehouse) == {(1, DESK): "uncertain", (2, DESK): None}
    assert send(warehouse, port).sent == [(2, DESK)]
    assert send(warehouse, port).sent == []
    with session(warehouse.admin_url) as connection:
        assert ask_again(connection, 1, address=None, by="A. Person") == [DESK]
        with pytest.raises(NothingToRepeat):
            ask_again(connection, 2, address=None, by="A. Person")
    assert send(warehouse, port).sent == [(1, DESK)]
    assert send(warehouse, port).sent == []
    assert len({identity for (identity,) in warehouse.query(
        "select message_id from governance.notice_dispatch where notice_number = 1"
    )}) == 1, "a receiver can tell the double by its Message-ID"  # fmt: skip


def test_too_many_mails_stop_before_the_first(warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path) -> None:
    night(warehouse, due(), due())
    issue(warehouse, tmp_path)
    with pytest.raises(TooManyNotices):
        send(warehouse, port, limit=1)
    assert box.taken == []


def test_a_letter_that_was_changed_behind_our_back_is_not_mailed(
    warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    night(warehouse, due())
    issue(warehouse, tmp_path)
    warehouse.query("alter table governance.notice_letter disable trigger refuse_row_change")
    warehouse.query("update governance.notice_letter set sha256 = repeat('0', 64)")
    with pytest.raises(LetterChanged):
        send(warehouse, port)
    assert box.taken == []


def test_a_kill_before_any_step_never_sends_a_second_mail(
    module_warehouse: Warehouse, box: MailBox, port: int, tmp_path: Path
) -> None:
    step = 0
    while True:
        night(module_warehouse, due(recipients=f"s{step}@supplier.example; t{step}@supplier.example"))
        issue(module_warehouse, tmp_path)
        ended = in_a_fork(lambda at=step: _send_until(module_warehouse, port, at))  # type: ignore[misc]
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        send(module_warehouse, port)
        step += 1
    assert step > 20, "every statement and commit is a step"
    assert len(box.addresses) == len(set(box.addresses)), "nobody got a letter twice"
    states = mail_states(module_warehouse)
    missing = {address for (_, address), state in states.items() if address not in box.addresses}
    uncertain = {address for (_, address), state in states.items() if state == "uncertain"}
    assert missing <= uncertain, "who got nothing is listed"
    assert uncertain & set(box.addresses) and set(states.values()) == {"sent", "uncertain"}


def _send_until(warehouse: Warehouse, port: int, step: int) -> None:
    with logged_in(port) as server:
        kill_before_step(step)
        mail(warehouse, server, as_of=AS_OF)
