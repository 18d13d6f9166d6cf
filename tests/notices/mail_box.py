"""A mail server on this machine that keeps what it takes, and may say no or fall silent."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from supplier_sla.notices.mail import SmtpMailServer

SENDER = "sla@company.example"


class MailBox:
    """Envelopes in the order of arrival. `answers`: what the server says to an address in place of taking its mail."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.is_silent_after_taking = False
        self._lock = threading.Lock()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        with self._lock:
            self.taken += [(address, envelope.content) for address in envelope.rcpt_tos]
        if self.is_silent_after_taking:
            server.transport.abort()
        return "250 taken"

    @property
    def addresses(self) -> list[str]:
        """Who got a mail, doubles included."""
        return [address for address, _ in self.taken]

    def mail_to(self, address: str) -> EmailMessage:
        """The one mail of this address."""
        (content,) = (content for found, content in self.taken if found == address)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


@contextmanager
def serving(box: MailBox) -> Iterator[int]:
    """The port on which the box is open."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)


@contextmanager
def logged_in(port: int) -> Iterator[SmtpMailServer]:
    """A session with the box."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        yield SmtpMailServer(client, SENDER)
