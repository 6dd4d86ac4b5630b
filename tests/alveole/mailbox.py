"""A mail server that keeps what it gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from benchmarks.site import free_port


class Mailbox:
    """What arrived."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = free_port()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a mail."""
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 kept"


@contextmanager
def mailbox(box: Mailbox | None = None) -> Iterator[Mailbox]:
    """Run a mail server on this machine."""
    box = box or Mailbox()
    anybody = AuthResult(success=True)
    controller = Controller(
        box, hostname="127.0.0.1", port=box.port, authenticator=lambda *_: anybody, auth_require_tls=False
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
