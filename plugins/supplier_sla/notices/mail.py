"""A notice as a mail, and a mail server as the sender sees it."""

from __future__ import annotations

import hashlib
import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol

from supplier_sla.errors import SupplierSlaError
from supplier_sla.notices.addresses import ADDRESS

# Seven bits pass every server; lines are folded and foreign signs encoded by the standard library.
POLICY = SMTP.clone(cte_type="7bit")
PERMANENT_FAILURE = 500
# "Service not available, closing transmission channel" (RFC 5321, 4.2.3): the session ends with this answer.
CLOSING = 421


class SenderInvalid(SupplierSlaError):
    """The mail connection names no address to send from, or what it names is none."""


class MailNotTaken(Exception):
    """The server answered and did not take the mail: nothing left. Permanently, or not now."""

    def __init__(self, code: int, answer: bytes | str) -> None:
        self.is_permanent = code >= PERMANENT_FAILURE
        self.ends_session = code == CLOSING
        super().__init__(f"{code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}")


class MailServer(Protocol):
    """Somebody who takes mails. Whatever else `send` raises leaves open whether the mail left."""

    sender: str

    def send(self, address: str, content: bytes) -> None:
        """Hand one mail over.

        Raises:
            MailNotTaken: the server said no.
        """


class SmtpMailServer:
    """An open SMTP session, logged in where that is needed."""

    def __init__(self, client: smtplib.SMTP, sender: str | None) -> None:
        if sender is None or not ADDRESS.fullmatch(sender.lower()):
            raise SenderInvalid(
                "mail connection: from_email",
                expected="a plain address such as sla@company.example",
                found=sender or "none",
                next_step='set {"from_email": "..."} in the extra fields of the connection',
            )
        self.sender = sender
        self._client = client

    def send(self, address: str, content: bytes) -> None:
        """See `MailServer`; never tried twice here."""
        try:
            self._client.sendmail(self.sender, [address], content)
        except smtplib.SMTPRecipientsRefused as error:
            raise MailNotTaken(*error.recipients[address]) from error
        except smtplib.SMTPResponseException as error:
            raise MailNotTaken(error.smtp_code, error.smtp_error) from error


def message_id(number: int, address: str, letter_sha256: str, sender: str) -> str:
    """The same for the same letter and address, whenever and however often it is tried: receivers can tell a double."""
    mark = hashlib.sha256(f"{number} {address} {letter_sha256}".encode()).hexdigest()[:32]
    return f"<notice-{number}-{mark}@{sender.rpartition('@')[2]}>"


def mail_bytes(
    *, sender: str, address: str, subject: str, html: bytes, text: bytes, message_id: str, as_of: datetime
) -> bytes:
    """The whole mail, plain text first; the same bytes for the same values."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender
    mail["To"] = address
    mail["Subject"] = subject
    mail["Date"] = format_datetime(as_of)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.decode("utf-8"))
    mail.add_alternative(html.decode("utf-8"), subtype="html")
    mail.set_boundary(hashlib.sha256(message_id.encode()).hexdigest()[:48])
    return mail.as_bytes()
