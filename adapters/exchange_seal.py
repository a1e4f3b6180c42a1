"""Seals of what goes to the platform and comes back: a checksum for anybody, an HMAC for both sides (校验清单).

A manifest is two lines. The first is that of `sha256sum`, the second a remark to it:

    <sha256 of the content>  <name>
    # hmac-sha256 <HMAC-SHA256, with the office's secret, of "<way>\n" and the first line with its "\n">
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.exchange import ExchangeAwayError
from adapters.settings import SettingError

SHORTEST = 16
"""Characters that a secret has at least."""
_MARK = "# hmac-sha256 "


class Way(StrEnum):
    """Which way something goes: what we sent can't be played back to us as an answer."""

    OUT = "out"
    BACK = "in"


class NoSecretError(ExchangeAwayError):
    """Offices seal what they exchange, and this one has no secret: nothing goes either way until it has."""


@dataclass(frozen=True)
class Seals:
    """The secrets that each office shares with the platform: the first seals, all of them open.

    Without any secret there are checksums alone, which guard against damage and not against forgery.
    """

    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str) -> "Seals":
        """From `office=secret,office=secret`; an office named twice is changing its secret. Raises `SettingError`."""
        secrets: dict[str, list[str]] = {}
        for part in filter(None, (one.strip() for one in text.split(","))):
            office, _, secret = (one.strip() for one in part.partition("="))
            if not office or len(secret) < SHORTEST:
                raise SettingError(
                    f"JOINT_EXCHANGE_SECRETS 应写成 办公室代码=密钥，多个用英文逗号隔开，密钥不少于{SHORTEST}个字符"
                )
            secrets.setdefault(office, []).append(secret)
        return cls(secrets)

    @property
    def required(self) -> bool:
        """Whether what comes in must be sealed."""
        return bool(self.secrets)

    def manifest(self, way: Way, office: str, name: str, content: bytes) -> str:
        """The manifest of a file. Raises `NoSecretError` where seals are required and the office has none."""
        line = _line(name, content)
        if not self.required:
            return line
        return f"{line}{_MARK}{_sign(self._of(office)[0], way, line)}\n"

    def fault(self, way: Way, office: str, content: bytes, manifest: str | None) -> str:
        """What speaks against a file, in Chinese; empty where nothing does. A copy may bear another name."""
        if manifest is None:
            return "没有校验清单（文件名后加 .sha256）" if self.required else ""
        first, *others = manifest.removeprefix("\ufeff").splitlines() or [""]
        # `sha256sum -b` marks a file as binary by a star in the place of the second blank.
        digest, _, name = first.strip().replace(" *", "  ", 1).partition("  ")
        if digest.lower() != hashlib.sha256(content).hexdigest():
            return "内容与校验清单不符，传送中已损坏或被改动"
        if not self.required:
            return ""
        marks = [one.removeprefix(_MARK).strip() for one in others if one.startswith(_MARK)]
        if not marks:
            return "校验清单没有签名（hmac-sha256），不能确认由省平台出具"
        if not self._signed(way, office, _line(name, content), marks[0].lower()):
            return "校验清单的签名不符，不是持有约定密钥的一方出具"
        return ""

    def seal(self, way: Way, office: str, name: str, content: bytes) -> str:
        """The signature of one message over a line; empty where none is required."""
        return _sign(self._of(office)[0], way, _line(name, content)) if self.required else ""

    def opens(self, way: Way, office: str, name: str, content: bytes, seal: str) -> bool:
        """Whether a message bears its sender's signature, or needs none."""
        return not self.required or self._signed(way, office, _line(name, content), seal)

    def _signed(self, way: Way, office: str, line: str, mark: str) -> bool:
        made = [_sign(one, way, line).encode() for one in self._of(office)]
        return any(hmac.compare_digest(one, mark.encode()) for one in made)

    def _of(self, office: str) -> Sequence[str]:
        if office not in self.secrets:
            raise NoSecretError(f"JOINT_EXCHANGE_SECRETS holds no secret of office {office}")
        return self.secrets[office]


def _line(name: str, content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()}  {name}\n"


def _sign(secret: str, way: Way, line: str) -> str:
    return hmac.new(secret.encode(), f"{way.value}\n{line}".encode(), hashlib.sha256).hexdigest()
