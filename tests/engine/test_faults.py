"""Nothing lost and nothing doubled, in the database and at the receivers, whatever goes away and when."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from adapters.database import Database
from adapters.migrate import migrate
from cli.demo.cast import Cast
from models.delivery import Delivery
from models.exchange import Declaration
from models.organisation import Person
from models.outcomes import Publication
from models.trail import Outbox
from rules.refusal import Refusal
from tests.adapters.mail_server import Inbox
from tests.builders import OFFICE
from tests.engine.house import TASK, TASK_WORKFLOW, fill
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.engine.processes import Processes
from tests.play import SCENES, Play
from tests.postgres import PostgresCluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
FROM = "notice@example.invalid"
BLOWS = 8
"""How often a run is struck; a worker needs some seconds to come back."""


@dataclass
class World:
    """The service's processes on one database, with a platform and a mail server that keep what they get."""

    database: Database
    processes: Processes
    inbox: Inbox
    folder: Path

    async def play(self) -> Play:
        """The play, to be resumed as often as it is broken off."""
        return Play(Cast(self.database, await self.processes.connect(), TASK))

    async def ended(self) -> None:
        """Wait for the task's end, and until everything that was written for others has left the house."""
        client = await self.processes.connect()
        await client.get_workflow_handle(TASK_WORKFLOW).result()
        cast = Cast(self.database, client, TASK)
        await cast.until("all signals sent", lambda session: not _unsent(session))
        await cast.until("all records receipted", _all_receipted)
        await cast.until("all mail delivered", lambda session: not _undelivered(session))


@contextmanager
def world(database: Database, folder: Path) -> Iterator[World]:
    """Engine, worker, platform and mail server on the small office, each person with an address."""
    fill(database)
    with database.write() as session:
        for person in session.exec(select(Person)):
            person.email = f"{person.id}@example.invalid"
    inbox = Inbox()
    processes = Processes(
        folder,
        database.url,
        JOINT_SMTP_URL=inbox.url,
        JOINT_SMTP_FROM=FROM,
        JOINT_EXCHANGE_SECRETS=f"{OFFICE}=a-secret-of-the-office",
    )
    with inbox.up():
        processes.start_engine()
        processes.start_worker()
        processes.start_platform()
        try:
            processes.await_worker()
            yield World(database, processes, inbox, folder)
        finally:
            processes.kill_all()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_processes_killed_at_random_moments_lose_and_double_nothing(
    database: Database, tmp_path: Path, undisturbed: Outcome, seed: int
) -> None:
    """Worker, engine and platform by SIGKILL, alone and together, at moments that follow from the seed."""
    dice = random.Random(seed)
    with world(database, tmp_path) as house:
        play = await house.play()
        striking = asyncio.create_task(_strike(house.processes, dice))
        try:
            for scene in SCENES:
                await _resumed(play, scene)
                await asyncio.sleep(dice.uniform(0, 1))
            await striking
        finally:
            # Else it would start again what the end of the test has killed.
            striking.cancel()
        await house.ended()
        _agree(house, undisturbed)


async def test_a_database_that_is_gone_for_a_minute_costs_that_minute(
    tmp_path: Path, undisturbed: Outcome
) -> None:
    """PostgreSQL is stopped in every scene, while results are entered for a whole minute."""
    cluster = PostgresCluster(durable=True)
    try:
        url = cluster.create("gone")
        migrate(url)
        database = Database(url)
        with world(database, tmp_path) as house:
            play = await house.play()
            for scene in SCENES:
                playing = asyncio.create_task(_resumed(play, scene))
                await asyncio.sleep(0.15)
                await asyncio.to_thread(cluster.halt)
                await asyncio.sleep(60 if scene == "enter" else 1)
                await asyncio.to_thread(cluster.resume)
                await playing
            await house.ended()
            _agree(house, undisturbed)
        database.close()
    finally:
        cluster.stop()


async def _strike(processes: Processes, dice: random.Random) -> None:
    """So many blows, each to one process or several, each started again at once."""
    starts = {
        "worker": processes.start_worker,
        "engine": processes.start_engine,
        "platform": processes.start_platform,
    }
    for _ in range(BLOWS):
        await asyncio.sleep(dice.uniform(0.1, 5))
        struck = ["worker", *(name for name in ("engine", "platform") if dice.random() < 0.3)]
        for name in struck:
            await asyncio.to_thread(processes.kill, name)
        for name in struck:
            starts[name]()


async def _resumed(play: Play, scene: str) -> None:
    """Play a scene, again and again where its sender is told to try later: each message has its id."""
    while True:
        try:
            await play.run(scene)
        except OperationalError:
            await asyncio.sleep(0.5)
        except Refusal as refusal:
            if refusal.type != "NotDelivered":
                raise
        else:
            return


def _agree(house: World, undisturbed: Outcome) -> None:
    """The database, and what platform and mail server have, say the same as where nothing broke."""
    assert undisturbed == outcome_of(house.database, TASK)
    assert [] == faults_of(house.database, TASK)
    with house.database.read() as session:
        keys = set(session.exec(select(Publication.key))) | set(session.exec(select(Declaration.key)))
        mails = {f"<{one}@example.invalid>" for one in session.exec(select(Delivery.id))}
    assert dict.fromkeys(keys, 1) == _records(house.processes.exchange)
    assert [] == list((house.processes.exchange / "refused").glob("*"))
    assert [] == list((house.processes.exchange / "bad").glob("*.json"))
    # A mail that was sent by somebody who was killed before noting it comes again, under the same id.
    assert mails == set(house.inbox.ids)


def _records(exchange: Path) -> Counter[str]:
    """In how many different batches each business key came to the platform."""
    batches = [json.loads(path.read_text("utf-8")) for path in (exchange / "taken").glob("*.json")]
    return Counter(record["key"] for batch in batches for record in batch["records"])


def _unsent(session: Session) -> bool:
    return session.exec(select(Outbox.id).where(col(Outbox.sent_at).is_(None))).first() is not None


def _undelivered(session: Session) -> bool:
    return session.exec(select(Delivery.id).where(col(Delivery.delivered_at).is_(None))).first() is not None


def _all_receipted(session: Session) -> bool:
    waiting = (
        select(table.id).where(col(table.receipted_at).is_(None)) for table in (Publication, Declaration)
    )
    return not any(session.exec(one).first() for one in waiting)
