"""What a courier brings wakes the office's exchange, also what came while no worker was there."""

from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.exchange import watching
from adapters.exchange_files import FileExchange

ANSWER = "0123456789abcdef01234567.json"


class Engine:
    """An engine in which the exchange of one office runs; who was woken, and what it answers otherwise."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.fault = RPCStatusCode.NOT_FOUND

    def get_workflow_handle(self, workflow: str) -> "Engine":
        """As the client's."""
        self._asked = workflow
        return self

    async def signal(self, name: str, _given: object) -> None:
        """As the handle's."""
        if self._asked != "exchange/test":
            raise RPCError("no", self.fault, b"")
        self.woken.append(f"{name} {self._asked}")


class EnoughError(Exception):
    """So many looks are enough."""


class Folder(FileExchange):
    """Folders that are looked at so many times."""

    left = 0

    def offices_of_fresh(self, seconds: float) -> list[str]:
        """As ever, until it is enough."""
        if not self.left:
            raise EnoughError
        self.left -= 1
        return super().offices_of_fresh(seconds)


async def watched(engine: Engine, exchange: Folder, looks: int) -> list[str]:
    """Who is woken in so many looks."""
    exchange.left = looks
    with pytest.raises(EnoughError):
        await watching.watch_for_ever(cast("Client", engine), exchange)
    return engine.woken


@pytest.mark.parametrize("fault", [RPCStatusCode.NOT_FOUND, RPCStatusCode.UNAVAILABLE])
async def test_an_office_is_woken_once_for_what_lay_there_and_each_time_for_what_is_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: RPCStatusCode
) -> None:
    """An office that never sent anything, or an engine that is away for a moment, ends nothing."""
    monkeypatch.setattr(watching, "EVERY", 0.01)
    exchange, engine = Folder(tmp_path), Engine()
    (exchange.back / f"test-{ANSWER}").write_text("[]", "utf-8")
    monkeypatch.setattr(watching, "FRESH", 0.0)
    assert ["wake exchange/test"] == await watched(engine, exchange, 5)
    monkeypatch.setattr(watching, "FRESH", 60.0)
    (exchange.back / f"unknown-{ANSWER}").write_text("[]", "utf-8")
    engine.fault = fault
    assert 3 < len(await watched(engine, exchange, 4))


async def test_a_folder_that_was_taken_out_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next minute it may be there."""
    monkeypatch.setattr(watching, "EVERY", 0.01)
    exchange, engine = Folder(tmp_path), Engine()
    exchange.back.rmdir()
    assert [] == await watched(engine, exchange, 3)
    exchange.back.mkdir()
    (exchange.back / f"test-{ANSWER}").write_text("[]", "utf-8")
    assert "wake exchange/test" in await watched(engine, exchange, 5)
