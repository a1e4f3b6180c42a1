"""The exchange over HTTP: every call is idempotent, so a lost answer is asked for again (接口交换)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from adapters.exchange import Batch, Exchange, ExchangeAwayError, Fact
from adapters.exchange_files import FileExchange

PATIENCE = 20.0
"""Seconds for one call; a slower platform is asked again in the next round."""
_TRY_AGAIN = frozenset({408, 425, 429})


class HttpExchange:
    """Batches are put under their id, answers are fetched and, once recorded, deleted.

    `PUT /batches/{id}` · `GET /answers?office=` · `DELETE /answers/{id}`. The same id with another
    content is a conflict (409), never a second entry.
    """

    def __init__(self, address: str, token: str = "", patience: float = PATIENCE) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=address, timeout=patience, headers=headers)

    def send(self, batch: Batch) -> None:
        """Put a batch; the platform knows it by its id."""
        self._call(
            "PUT",
            f"/batches/{batch.batch}",
            content=batch.model_dump_json(),
            headers={"Idempotency-Key": batch.batch, "Content-Type": "application/json"},
        )

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """The answers that lie ready for an office."""
        for one in self._call("GET", "/answers", params={"office": office}).json():
            yield str(one["id"]), [Fact.model_validate(fact) for fact in one["facts"]]

    def finish(self, name: str) -> None:
        """Delete an answer; one that is gone already was deleted by a call whose answer was lost."""
        self._call("DELETE", f"/answers/{name}")

    def unread(self, _office: str) -> Sequence[str]:
        """Nothing: an answer that cannot be read raises."""
        return ()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        content: str | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        try:
            answer = self._client.request(method, path, content=content, params=params, headers=headers)
        except httpx.TransportError as problem:
            raise ExchangeAwayError(type(problem).__name__) from problem
        if answer.is_server_error or answer.status_code in _TRY_AGAIN:
            raise ExchangeAwayError(f"status {answer.status_code}")
        # What is left is a fault of ours (a conflict, a wrong address): it must not pass unseen.
        answer.raise_for_status()
        return answer


def open_exchange(where: str, token: str = "") -> Exchange:
    """The exchange that a setting names: an address of the platform, else a folder."""
    if where.startswith(("http://", "https://")):
        return HttpExchange(where, token)
    return FileExchange(Path(where))
