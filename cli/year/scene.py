"""What everybody in the year's play stands on: the service, the clock, the law, and how a paper is filed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlmodel import Session, col, select
from temporalio.client import Client

from activities.clocks.waits import Clocks
from adapters.database import Database
from adapters.skipped_time import Clock
from cli.demo.cast import Cast
from cli.demo.play import BODY, OFFICE
from cli.year.law import Law
from models.messages import TASK_QUEUE
from models.papers import Paper
from models.task import ActStep, DrawAct, DrawStep, JointTask
from models.trail import Answer
from rules.calendar import Calendar, local_day
from rules.roles import Role

T = TypeVar("T")


@dataclass
class Scene:
    """One year's service; `document` is the plan's number in it."""

    database: Database
    client: Client
    clock: Clock
    law: Law
    document: str
    incidents: dict[str, set[str]] = field(default_factory=dict)
    """What befalls the task of a row, by the row's number."""
    done: set[str] = field(default_factory=set)
    """What has befallen already."""
    agenda: list[tuple[datetime, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    """What is to be done at a moment, besides the waits."""

    @property
    def today(self) -> date:
        """The day of the play."""
        return local_day(self.clock.now)

    def cast(self, task: str = "") -> Cast:
        """Everybody, at one task."""
        return Cast(self.database, self.client, task, task_queue=TASK_QUEUE, clock=lambda: self.clock.now)

    async def act(self, department: str, role: Role, paper: Paper, target: str, name: str = "") -> Answer:
        """File a paper that must be accepted."""
        return await self.cast().act(department, role, paper, target=target, name=name)

    async def office(self, paper: Paper, name: str = "") -> Answer:
        """A paper of the coordinating office outside any task."""
        return await self.act(BODY, Role.OFFICE, paper, f"office/{OFFICE}", name)

    def read(self, look: Callable[[Session], T]) -> T:
        """Look something up."""
        with self.database.read() as session:
            return look(session)

    def calendar(self) -> Calendar:
        """The office's calendar as it is known today."""
        return self.read(lambda session: Clocks(session, OFFICE, self.clock.now).calendar)

    def befalls(self, task: str, what: str) -> bool:
        """Whether something is to befall a task that has not befallen it yet."""
        seq = task.split("/")[1] if task else ""
        return what in self.incidents.get(seq, ()) and f"{what}|{task}" not in self.done

    def befallen(self, task: str, what: str) -> None:
        """Note that it has."""
        self.done.add(f"{what}|{task}")


def newest_act_pending(session: Session, task: str) -> bool:
    """Whether a draw act was asked for and nobody is drawn yet: nobody visits meanwhile."""
    asked = session.exec(select(DrawAct.number).where(col(DrawAct.task) == task)).all()
    drawn = session.exec(
        select(DrawStep.act).where(
            col(DrawStep.task) == task, col(DrawStep.step).in_((ActStep.DRAWN, ActStep.VOID))
        )
    ).all()
    return len(asked) > len(set(drawn))


def task_of(session: Session, task: str) -> JointTask:
    """A task's row."""
    return session.get_one(JointTask, task)
