"""What can be shown of notices: letters with their hashes, addresses, every attempt and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg2 import sql
from psycopg2.extras import RealDictCursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.notices.issue import letter_files
from supplier_sla.published import in_slot, published_slot

# As fct_supplier_notice says it, but of this moment: how each address of the supplier stands, without doubles.
LIST = """
select notice_number, letter_date, supplier_id, notice_kind, trigger_code, subject, (
    select string_agg(distinct state, ', ')
    from (
        select case
            when not is_mailable then 'no_address' when outcome_code is null then 'waiting' else outcome_code
        end as state
        from {staging}.stg_governance__notice_mails as mails
        where mails.notice_number = notices.notice_number and not mails.is_copy
    ) as states
) as mail_status
from governance.notice as notices
where supplier_id = coalesce(%s, supplier_id)
order by notice_number
"""

ATTEMPTS = """
select recipients.address, recipients.is_copy, recipients.is_mailable, dispatches.attempt_number,
    dispatches.as_of, dispatches.message_id,
    case
        when dispatches.dispatch_number is not null then coalesce(outcomes.outcome_code, 'uncertain')
    end as outcome_code,
    outcomes.detail
from governance.notice_recipient as recipients
left join governance.notice_dispatch as dispatches using (notice_number, address)
left join governance.notice_dispatch_outcome as outcomes using (dispatch_number)
where recipients.notice_number = %s
order by recipients.is_copy, recipients.address, dispatches.attempt_number, outcomes.outcome_number
"""


class NoticeUnknown(SupplierSlaError):
    """No notice has this number."""


@dataclass(frozen=True)
class Notice:
    """One line of the list."""

    number: int
    letter_date: date
    supplier_id: str
    notice_kind: str
    trigger_code: str
    subject: str
    mail_status: str


@dataclass(frozen=True)
class Proof:
    """Everything kept of one notice; `attempts` are rows of cells."""

    text: str
    issued_at: datetime
    recorded_at: datetime
    not_before_at: datetime
    hashes: list[tuple[str, str]]
    attempts: list[list[str]]


def issued_notices(cursor: RealDictCursor, supplier_id: str | None) -> list[Notice]:
    """In the order of their numbers."""
    slot, _ = published_slot(cursor)
    cursor.execute(in_slot(LIST, slot), (supplier_id,))
    return [
        Notice(
            row["notice_number"], row["letter_date"], row["supplier_id"], row["notice_kind"], row["trigger_code"],
            row["subject"], row["mail_status"] or "no_address",
        )
        for row in cursor.fetchall()
    ]  # fmt: skip


def due_counts(cursor: RealDictCursor) -> list[tuple[str, int]]:
    """How many causes of the published night have no notice, by status."""
    slot, _ = published_slot(cursor)
    cursor.execute(
        sql.SQL(
            "select status_code, count(*) as causes from {}.rpt_supplier_notice_due as due where not exists ("
            " select from governance.notice as issued where issued.notice_rule_id = due.notice_rule_id"
            " and issued.cause_reference = due.cause_reference) group by 1 order by 1"
        ).format(sql.Identifier(slot))
    )
    return [(row["status_code"], row["causes"]) for row in cursor.fetchall()]


def proof_of(cursor: RealDictCursor, number: int) -> Proof:
    """All of one notice.

    Raises:
        NoticeUnknown: see there. LetterChanged: the stored letter is not the one that was issued.
    """
    cursor.execute(
        "select issued_at, recorded_at, not_before_at from governance.notice where notice_number = %s", (number,)
    )
    row = cursor.fetchone()
    if row is None:
        raise NoticeUnknown(
            f"notice {number}", expected="the number of a notice", found="none", next_step="see `scripts/notices list`"
        )
    _, (_, text) = letter_files(cursor, number)
    cursor.execute(
        "select file_name, sha256 from governance.notice_letter where notice_number = %s order by file_position",
        (number,),
    )
    hashes = [(one["file_name"], one["sha256"]) for one in cursor.fetchall()]
    cursor.execute(ATTEMPTS, (number,))
    attempts = [
        [
            one["address"],
            "copy" if one["is_copy"] else "",
            str(one["attempt_number"] or "-"),
            one["outcome_code"] or ("waiting" if one["is_mailable"] else "no_address"),
            one["as_of"].isoformat() if one["as_of"] else "-",
            one["message_id"] or "-",
            one["detail"] or "",
        ]
        for one in cursor.fetchall()
    ]
    return Proof(text.decode("utf-8"), row["issued_at"], row["recorded_at"], row["not_before_at"], hashes, attempts)
