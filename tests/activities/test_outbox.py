"""Signals that were written are taken once, sent, and marked; what could not be sent is given back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import col, select
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.outbox import OutboxActivities
from activities.waking import wake
from adapters.database import Database
from models.trail import Outbox
from tests.builders import NOW


class Engine:
    """Takes signals to workflows, which all run, or none of them while it is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.told: list[str] = []

    def get_workflow_handle(self, workflow: str) -> "Engine":
        """The workflow that the next signal goes to."""
        self._workflow = workflow
        return self

    async def signal(self, _name: str, _wake: object) -> None:
        """Note who was told."""
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        self.told.append(self._workflow)


def courier(database: Database, engine: Engine) -> OutboxActivities:
    """A courier to that engine."""
    return OutboxActivities(database, cast("Client", engine))


def written(database: Database, *facts: tuple[str, str]) -> None:
    """A signal for each workflow and source."""
    with database.write() as session:
        for workflow, source in facts:
            wake(session, workflow, "fact", source=source, now=NOW)


def rows(database: Database) -> list[Any]:
    """All rows in order."""
    with database.read() as session:
        return list(session.exec(select(Outbox).order_by(col(Outbox.id))))


def deliver(database: Database, engine: Engine, source: str | None) -> int:
    """One delivery."""
    return asyncio.run(courier(database, engine).deliver(source, NOW))


def test_a_source_sends_its_own_and_tells_each_receiver_once(database: Database) -> None:
    """Two facts for one receiver are one signal; another source's are left."""
    written(database, ("w/1", "a"), ("w/1", "a"), ("w/2", "a"), ("w/3", "b"))
    engine = Engine()
    assert 0 == deliver(database, engine, "a")
    assert ["w/1", "w/2"] == engine.told
    assert [True, True, True, False] == [row.sent_at is not None for row in rows(database)]


def test_the_sweep_sends_what_is_left_of_all(database: Database) -> None:
    """Without a source everything that waits is sent, and once only."""
    written(database, ("w/1", "a"), ("w/2", "b"))
    engine = Engine()
    assert 0 == deliver(database, engine, None)
    assert 0 == deliver(database, engine, None)
    assert ["w/1", "w/2"] == engine.told


def test_what_could_not_be_sent_is_given_back(database: Database) -> None:
    """An engine that is away leaves the rows to the next courier, at once."""
    written(database, ("w/1", "a"))
    with pytest.raises(RPCError):
        deliver(database, Engine(away=True), "a")
    assert [(None, None)] == [(row.taken_until, row.sent_at) for row in rows(database)]


def test_what_another_courier_holds_is_left_to_it_until_its_time_is_over(database: Database) -> None:
    """A lease keeps two from sending the same; one that has run out does not."""
    written(database, ("w/1", "a"))
    held = courier(database, Engine())._take("a")
    assert ["w/1"] == [row.workflow for row in held]
    assert [] == courier(database, Engine())._take("a")
    with database.write() as session:
        session.exec(select(Outbox)).one().taken_until = datetime.now(UTC) - timedelta(seconds=1)
    assert ["w/1"] == [row.workflow for row in courier(database, Engine())._take(None)]
