"""The exchange over HTTP: every call is idempotent, so a lost answer is asked for again (接口交换)."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from adapters.exchange import Batch, Exchange, ExchangeAwayError, Fact, Unread
from adapters.exchange_files import FileExchange
from adapters.exchange_seal import Seals, Way

log = structlog.get_logger(__name__)

PATIENCE = 20.0
"""Seconds for one call; a slower platform is asked again in the next round."""
SEAL = "Joint-Seal"
"""The header of a message's signature: over the SHA-256 of its body and over `METHOD path`."""
_TRY_AGAIN = frozenset({408, 425, 429})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class _Answer(BaseModel):
    """One answer that lies ready."""

    id: str
    facts: list[Fact]


class HttpExchange:
    """Batches are put under their id, answers are fetched and, once recorded, deleted.

    `PUT /batches/{id}` · `GET /answers?office=` · `DELETE /answers/{id}?office=`. The same id with another
    content is a conflict (409), never a second entry. We show a token, the platform its certificate;
    with secrets each side signs its messages beside.
    """

    def __init__(
        self, address: str, token: str = "", patience: float = PATIENCE, seals: Seals | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=address, timeout=patience, headers=headers)
        self._seals = seals or Seals()
        self._unread: dict[str, list[Unread]] = {}
        parts = urlsplit(address)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            log.warning("exchange without TLS: the platform has no certificate and the token can be read")

    def send(self, batch: Batch) -> None:
        """Put a batch; the platform knows it by its id."""
        self._call(
            batch.office,
            "PUT",
            f"/batches/{batch.batch}",
            content=batch.model_dump_json().encode(),
            headers={"Idempotency-Key": batch.batch, "Content-Type": "application/json"},
        )

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """The answers that lie ready for an office; what is not the platform's, or against the contract, is left."""
        path = f"/answers?office={quote(office)}"
        answer = self._call(office, "GET", path)
        self._unread[office] = []
        if not self._seals.opens(
            Way.BACK, office, f"GET {path}", answer.content, answer.headers.get(SEAL, "")
        ):
            self._leave(office, answer.content, "没有约定密钥的签名，不能确认由省平台作出")
            return
        try:
            told = answer.json()
        except ValueError:
            self._leave(office, answer.content, "不是 JSON")
            return
        for one in told if isinstance(told, list) else [told]:
            try:
                read = _Answer.model_validate(one)
            except ValidationError as problem:
                fields = "、".join(sorted({".".join(map(str, error["loc"])) for error in problem.errors()}))
                self._leave(office, repr(one).encode(), f"不合约定：{fields or '不是一份应答'}")
                continue
            yield read.id, read.facts

    def finish(self, office: str, name: str) -> None:
        """Delete an answer; one that is gone already was deleted by a call whose answer was lost."""
        self._call(office, "DELETE", f"/answers/{quote(name, safe='')}?office={quote(office)}")

    def unread(self, office: str) -> Sequence[Unread]:
        """What the last call for answers left."""
        return self._unread.get(office, ())

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _leave(self, office: str, content: bytes, why: str) -> None:
        # The same answer, come again, is the same name: it is told once.
        name = f"接口应答{hashlib.sha256(content).hexdigest()[:8]}"
        log.warning("answer is not taken", office=office, answer=name, why=why)
        self._unread[office].append(Unread(name, why))

    def _call(
        self,
        office: str,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        seal = self._seals.seal(Way.OUT, office, f"{method} {path}", content)
        sealed = {**(headers or {}), **({SEAL: seal} if seal else {})}
        try:
            answer = self._client.request(method, path, content=content, headers=sealed)
        except httpx.TransportError as problem:
            raise ExchangeAwayError(type(problem).__name__) from problem
        if answer.is_server_error or answer.status_code in _TRY_AGAIN:
            raise ExchangeAwayError(f"status {answer.status_code}")
        # What is left is a fault of ours (a conflict, a wrong address): it must not pass unseen.
        answer.raise_for_status()
        return answer


def open_exchange(where: str, token: str = "", secrets: str = "") -> Exchange:
    """The exchange that a setting names: an address of the platform, else a folder. Raises `SettingError`."""
    seals = Seals.parse(secrets)
    if where.startswith(("http://", "https://")):
        return HttpExchange(where, token, seals=seals)
    return FileExchange(Path(where), seals)
