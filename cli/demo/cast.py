"""Who speaks in a play: papers filed by the holder of a role, awaited until they have had their effect."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlmodel import Session, col, select
from temporalio.client import Client

from activities.authority import holders_of
from activities.papers.filing import Actor, Filing
from activities.progress import read_progress
from adapters.database import Database
from models.messages import TASK_QUEUE, Progress
from models.papers import Paper
from models.registers import Subject
from models.task import Visit
from models.trail import Answer, Outcome
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import VisitStage

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds that a play waits for an effect before it says what it waited for."""


class Cast:
    """Everybody who takes part in one task; each message has an id of its own, so a play can be resumed."""

    def __init__(
        self,
        database: Database,
        client: Client,
        task: str,
        *,
        task_queue: str = TASK_QUEUE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.database = database
        self.task = task
        self.filing = Filing(database, client, task_queue)
        self.clock = clock

    @property
    def target(self) -> str:
        """The task's workflow."""
        return f"joint-task/{self.task}"

    def actor(self, department: str, role: Role, *, second: bool = False) -> Actor:
        """The holder of a role; with `second` another one than the first, where there are two."""
        with self.database.read() as session:
            held = holders_of(session, department, role, local_day(self.clock()))
        if not held:
            raise LookupError(f"nobody is {role} of {department}")
        posting = held[-1 if second else 0]
        return Actor(posting.person, posting.role, posting.department, posting.acting_for)

    async def say(
        self, department: str, role: Role, paper: Paper, *, target: str = "", name: str = ""
    ) -> Answer:
        """File a paper; the message id follows from who says what, so that saying it again changes nothing."""
        where = target or self.target
        text = f"{where}|{department}|{role}|{paper.kind}|{paper.model_dump_json()}|{name}"
        message_id = hashlib.sha256(text.encode()).hexdigest()[:32]
        actor = self.actor(department, role)
        try:
            return await self.filing.send(where, paper, actor, message_id=message_id, now=self.clock())
        except Refusal as refusal:
            if refusal.type != "NotDelivered":
                raise
        # Filed while nobody was there to rule on it: it is delivered once the service is back.
        return await self.until(
            f"the answer to {paper.kind}", lambda session: session.get(Answer, message_id)
        )

    async def act(
        self, department: str, role: Role, paper: Paper, *, target: str = "", name: str = ""
    ) -> Answer:
        """File a paper that must be accepted."""
        answer = await self.say(department, role, paper, target=target, name=name)
        if answer.outcome is Outcome.REFUSED:
            raise AssertionError(f"{paper.kind} of {department} was refused: {answer.type} {answer.words}")
        return answer

    async def until(self, what: str, look: Callable[[Session], T | None]) -> T:
        """Wait until `look` finds something in the database."""
        deadline, pause = asyncio.get_running_loop().time() + PATIENCE, 0.05
        while asyncio.get_running_loop().time() < deadline:
            with self.database.read() as session:
                found = look(session)
            if found:
                return found
            await asyncio.sleep(pause)
            pause = min(1.2 * pause, 0.25)
        raise TimeoutError(f"waited in vain for: {what}")

    def read(self, look: Callable[[Session], T]) -> T:
        """Look something up."""
        with self.database.read() as session:
            return look(session)

    def progress(self) -> Progress:
        """Where the task stands in SQL."""
        with self.database.read() as session:
            return read_progress(session, self.task)

    def visits(self, department: str, *stages: VisitStage) -> Sequence[Visit]:
        """A department's visits, in an order that repeats from run to run."""
        with self.database.read() as session:
            statement = (
                select(Visit)
                .join(Subject, col(Subject.id) == col(Visit.subject))
                .where(col(Visit.task) == self.task, col(Visit.department) == department)
                .order_by(col(Subject.code))
            )
            if stages:
                statement = statement.where(col(Visit.stage).in_(stages))
            return session.exec(statement).all()
