"""Ways out of the house: e-mail by SMTP, and the messengers that offices use (企业微信、钉钉)."""

import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import SplitResult, quote, unquote, urlsplit

from adapters.settings import SettingError, Settings
from models.delivery import ChannelName
from models.organisation import Person
from rules.register_fields import is_email

PATIENCE = 15
"""Seconds to wait for a mail server before it counts as away."""
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_PERMANENT = 500
_AUTHENTICATION = (530, 534, 535)
"""Refused credentials are the house's own fault, which somebody mends: worth another try."""


class Undeliverable(Exception):  # noqa: N818 - the receiver's answer, not a fault of ours
    """The receiving side refused this message or address for good: no further try."""


class Unavailable(Exception):  # noqa: N818 - a state of the other side
    """The other side can't be reached at all: nothing else gets through now either."""


class Channel(Protocol):
    """What every way out offers."""

    name: ChannelName

    def address_of(self, person: Person) -> str | None:
        """Where the person is reached, None where the register knows no such address."""

    def masked(self, address: str) -> str:
        """The address as operators may see it."""

    def send(self, key: str, person: Person, subject: str, text: str) -> None:
        """Send once more; `key` is the same at every try. Raises `Undeliverable` or `Unavailable`."""


class Mail:
    """E-mail through one server; the Message-ID is the idempotency key."""

    name = ChannelName.EMAIL

    def __init__(self, url: str, sender: str) -> None:
        """`url` is smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or "@" not in sender:
            raise SettingError(
                "JOINT_SMTP_URL 应为 smtp://、smtp+starttls:// 或 smtps:// 开头的地址，JOINT_SMTP_FROM 应为发件邮箱"
            )
        self._parts: SplitResult = parts
        self._sender = sender

    def address_of(self, person: Person) -> str | None:
        """The register's e-mail address."""
        return person.email or None

    def masked(self, address: str) -> str:
        """The first letter and the domain."""
        name, _, domain = address.partition("@")
        return f"{name[:1]}***@{domain}"

    def send(self, key: str, person: Person, subject: str, text: str) -> None:
        """Hand one message to the server."""
        if not is_email(person.email):
            raise Undeliverable("AddressInvalid")
        message = EmailMessage()
        domain = self._sender.rpartition("@")[2].rstrip(">")
        message["Message-ID"] = f"<{key}@{domain}>"
        message["From"], message["To"], message["Subject"] = self._sender, person.email, subject
        message["Date"], message["Auto-Submitted"] = formatdate(), "auto-generated"
        message.set_content(text)
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, _ = next(iter(refused.recipients.values()))
            raise (Undeliverable if code >= _PERMANENT else OSError)("RecipientRefused") from None
        except smtplib.SMTPResponseException as answer:
            if answer.smtp_code >= _PERMANENT and answer.smtp_code not in _AUTHENTICATION:
                raise Undeliverable("MessageRefused") from None
            raise
        except smtplib.SMTPServerDisconnected:
            raise
        except OSError as away:
            raise Unavailable(type(away).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        parts = self._parts
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE)
        else:
            server = smtplib.SMTP(host, port, timeout=PATIENCE)
        if parts.scheme == "smtp+starttls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


class Messenger:
    """Any messenger that the notification library knows, by an address with the person's phone or e-mail.

    As in `dingtalk://TOKEN/{phone}` or, for a group robot that addresses nobody, `wecombot://KEY`.
    The library takes a tenth of a second to load, which only those pay who have a messenger.
    """

    name = ChannelName.MESSENGER

    def __init__(self, template: str) -> None:
        import apprise  # noqa: PLC0415 - see above

        self._template = template
        self._robot = apprise.Apprise
        if not self._robot().add(self._filled("13800000000", "a@example.invalid")):
            raise SettingError("JOINT_MESSENGER_URL 不是通知程序库（Apprise）认识的地址")

    def address_of(self, person: Person) -> str | None:
        """The phone or e-mail that the address asks for."""
        wanted = [
            value
            for place, value in (("{phone}", person.phone), ("{email}", person.email))
            if place in self._template
        ]
        return None if not all(wanted) else (wanted[0] if wanted else "群")

    def masked(self, address: str) -> str:
        """The first three characters and the last two."""
        return address if len(address) <= 5 else f"{address[:3]}****{address[-2:]}"

    def send(self, key: str, person: Person, subject: str, text: str) -> None:
        """Send; messengers have no message ids, so the key stands at the end of the text."""
        robot = self._robot()
        robot.add(self._filled(person.phone, person.email))
        named = "" if "{" in self._template else f"致{person.name}：\n"
        if not robot.notify(title=subject, body=f"{named}{text}\n\n消息编号 {key}"):
            raise OSError("NotAccepted")

    def _filled(self, phone: str, email: str) -> str:
        # What stands in the register is a value, and never a part of the address's syntax.
        phone, email = quote(phone, safe="+"), quote(email, safe="@")
        return self._template.replace("{phone}", phone).replace("{email}", email)


def channels_of(settings: Settings) -> Sequence[Channel]:
    """The ways out that are configured; none where nothing is set, then the inbox is all."""
    channels: list[Channel] = []
    if settings.smtp_url:
        channels.append(Mail(settings.smtp_url, settings.smtp_from))
    if settings.messenger_url:
        channels.append(Messenger(settings.messenger_url))
    return channels
