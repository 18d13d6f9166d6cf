"""The mail server of Airflow's SMTP connection. Asked inside a task only; nothing is kept."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from supplier_sla.notices.mail import MailServer, SmtpMailServer
from supplier_sla.orchestration.names import SMTP_CONNECTION


@contextmanager
def mail_server() -> Iterator[MailServer | None]:
    """An open session, logged in as the connection says (TLS, password or OAuth); None without such a connection.

    Only the session is the provider's: its own way of sending tries again after a lost line, and so may send twice.

    Raises:
        SenderInvalid: the connection names no from_email. What smtplib raises: no session.
    """
    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        Connection.get(SMTP_CONNECTION)
    except AirflowNotFoundException:
        yield None
        return
    with SmtpHook(SMTP_CONNECTION) as hook:
        yield SmtpMailServer(cast(smtplib.SMTP, hook._smtp_client), hook.from_email)
