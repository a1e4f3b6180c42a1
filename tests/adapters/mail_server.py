"""A real SMTP server on loopback that can be told to refuse, and taken down."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Inbox:
    """What the server took, and what it answers."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.answer = "250 OK"
        self.port = _free_port()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """An address that is refused is refused for good."""
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the message, or answer what the test wants."""
        if self.answer.startswith("250"):
            content = envelope.content or b""
            body = content if isinstance(content, bytes) else content.encode()
            self.taken.append(message_from_bytes(body, policy=policy.default))
        return self.answer

    @property
    def url(self) -> str:
        """Its address, also while it is down."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        """The Message-IDs that came in."""
        return [str(message["Message-ID"]) for message in self.taken]

    @contextmanager
    def up(self) -> Iterator[None]:
        """The server runs for as long as the context lasts."""
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
