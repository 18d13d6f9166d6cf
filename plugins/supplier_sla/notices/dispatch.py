"""Mail what was issued: each address at most once, outside the quiet hours, with proof of every attempt.

The intent is committed before the server hears of the mail, its outcome afterwards. Killed in between, the attempt
stays without an outcome: nobody can say whether the mail left, so it is not repeated unless a person asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.notices.issue import NOTICE_LOCK, letter_files
from supplier_sla.notices.limit import refuse_too_many
from supplier_sla.notices.mail import MailNotTaken, MailServer, mail_bytes, message_id
from supplier_sla.published import act_as, hold_publication, in_slot, published_slot
from supplier_sla.session_lock import holding_lock

# As in rpt_supplier_notice_due: what has waited longer, as before there was a mail server, is not news any more.
GRACE_DAYS = 31

# Addresses that a mail may go to now: never tried, put off by the server, or to be repeated at a person's request.
PENDING = """
select notices.notice_number, mails.address, coalesce(mails.attempt_number, 0) + 1, notices.subject,
    notices.letter_sha256
from {staging}.stg_governance__issued_notices as notices
inner join {staging}.stg_governance__notice_mails as mails using (notice_number)
where
    mails.is_mailable
    and (
        mails.outcome_code = 'repeat'
        or (mails.outcome_code is null or mails.outcome_code = 'deferred')
        and notices.not_before_at >= %(as_of)s - make_interval(days => %(grace_days)s)
    )
    and notices.not_before_at <= %(as_of)s
    and exists (
        select
        from {intermediate}.int_notice__sending_windows as windows
        where windows.quiet_hours is not distinct from notices.quiet_hours
            and windows.quiet_calendar_id is not distinct from notices.quiet_calendar_id
            and windows.quiet_time_zone = notices.quiet_time_zone
            and windows.from_at <= %(as_of)s and windows.to_at > %(as_of)s
    )
order by notices.notice_number, mails.is_copy, mails.address collate "C"
"""


class MailServerFellSilent(SupplierSlaError):
    """The session broke while a mail was handed over; that one is uncertain, the ones after it wait."""


@dataclass(frozen=True)
class Pending:
    """One mail that may go out now."""

    number: int
    address: str
    attempt_number: int
    subject: str
    letter_sha256: str


@dataclass
class Mailed:
    """Mails by how they ended, as (number of the notice, address)."""

    sent: list[tuple[int, str]] = field(default_factory=list)
    deferred: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def pending_mails(connection: Connection, *, as_of: datetime) -> list[Pending]:
    """What may go out at this instant."""
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        hold_publication(cursor)
        slot, _ = published_slot(cursor)
        cursor.execute(in_slot(PENDING, slot), {"as_of": as_of, "grace_days": GRACE_DAYS})
        return [Pending(*row) for row in cursor.fetchall()]


def mail_notices(connection: Connection, server: MailServer, *, as_of: datetime, limit: int) -> Mailed:
    """Mail every pending letter.

    Args:
        connection: of a login that may act as the transformer, outside a transaction.
        server: an open session with a mail server.
        as_of: instant for which quiet hours are judged.
        limit: most notices that may be mailed now.

    Raises:
        TooManyNotices: more are pending; none was mailed. LetterChanged: a letter is not the one that was issued.
        MailServerFellSilent: see there.
    """
    with holding_lock(connection, NOTICE_LOCK):
        pending = pending_mails(connection, as_of=as_of)
        refuse_too_many(len({mail.number for mail in pending}), limit, what="notices to mail")
        mailed = Mailed()
        for mail in pending:
            if not _mail(connection, server, mail, as_of, mailed):
                # Nobody is there to take the others: they were not tried and go out with the next run.
                break
    return mailed


def _mail(connection: Connection, server: MailServer, mail: Pending, as_of: datetime, mailed: Mailed) -> bool:
    """Try one mail; False when the server ended the session with its answer."""
    identity = message_id(mail.number, mail.address, mail.letter_sha256, server.sender)
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        html, text = (content for _, content in letter_files(cursor, mail.number))
        content = mail_bytes(
            sender=server.sender, address=mail.address, subject=mail.subject, html=html, text=text,
            message_id=identity, as_of=as_of,
        )  # fmt: skip
        cursor.execute(
            "insert into governance.notice_dispatch (notice_number, address, attempt_number, message_id, as_of)"
            " values (%s, %s, %s, %s, %s) returning dispatch_number",
            (mail.number, mail.address, mail.attempt_number, identity, as_of),
        )
        dispatch_number = cursor.fetchall()[0][0]
    try:
        server.send(mail.address, content)
    except MailNotTaken as error:
        outcome = "refused" if error.is_permanent else "deferred"
        _settle(connection, dispatch_number, outcome, str(error))
        (mailed.refused if error.is_permanent else mailed.deferred).append((mail.number, mail.address))
        return not error.ends_session
    except Exception as error:
        _settle(connection, dispatch_number, "uncertain", f"{type(error).__name__}: {error}")
        raise MailServerFellSilent(
            f"mail of notice {mail.number}",
            expected="an answer of the mail server",
            found=f"{type(error).__name__}: {error}",
            next_step=f"find out whether it arrived; if not, `scripts/notices resend {mail.number}`",
        ) from error
    else:
        _settle(connection, dispatch_number, "sent", None)
        mailed.sent.append((mail.number, mail.address))
    return True


def _settle(connection: Connection, dispatch_number: int, outcome: str, detail: str | None) -> None:
    with connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        cursor.execute(
            "insert into governance.notice_dispatch_outcome (dispatch_number, outcome_code, detail)"
            " values (%s, %s, %s)",
            (dispatch_number, outcome, detail),
        )


class NothingToRepeat(SupplierSlaError):
    """No mail of the notice is uncertain or refused."""


def ask_again(connection: Connection, number: int, *, address: str | None, by: str) -> Sequence[str]:
    """Have mails of a notice that are uncertain or refused tried once more by the next sending; returns the addresses.

    Raises:
        NothingToRepeat: see there.
    """
    with holding_lock(connection, NOTICE_LOCK), connection, connection.cursor() as cursor:
        act_as(cursor, "transformer")
        found = _repeatable(cursor, number, address)
        for dispatch_number, _ in found:
            cursor.execute(
                "insert into governance.notice_dispatch_outcome (dispatch_number, outcome_code, detail)"
                " values (%s, 'repeat', %s)",
                (dispatch_number, f"asked for by {by}"),
            )
    if not found:
        raise NothingToRepeat(
            f"notice {number}{f', {address}' if address else ''}",
            expected="a mail that is uncertain or refused",
            found="none",
            next_step=f"see `scripts/notices show {number}`",
        )
    return [one for _, one in found]


def _repeatable(cursor: Cursor, number: int, address: str | None) -> list[tuple[int, str]]:
    cursor.execute(
        sql.SQL(
            "select dispatch_number, address from ("
            " select distinct on (notice_number, address) dispatch_number, address, ("
            "   select outcome_code from governance.notice_dispatch_outcome as outcomes"
            "   where outcomes.dispatch_number = dispatches.dispatch_number order by outcome_number desc limit 1"
            " ) as outcome_code"
            " from governance.notice_dispatch as dispatches where notice_number = %s"
            " order by notice_number, address, attempt_number desc"
            ") as newest where coalesce(outcome_code, 'uncertain') in ('uncertain', 'refused')"
            " and address = coalesce(%s, address) order by address"
        ),
        (number, address.lower() if address else None),
    )
    return cursor.fetchall()
