"""Drives a task without an engine: files papers, rules on them, does the machine's steps, plays the platform."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, col, select

from activities.papers.apply import apply_request
from activities.papers.filing import Actor, Filing
from activities.papers.rulings import Target
from activities.progress import read_progress
from activities.steps.case import CaseActivities
from activities.steps.exchange import ExchangeActivities
from activities.steps.task import TaskActivities
from adapters.database import Database
from adapters.exchange_files import FileExchange
from cli.demo import platform
from models.messages import ApplyRequest, Progress, TaskStep
from models.outcomes import Disposal, Publication, PublicationKind, Result, Summary
from models.papers import Paper
from models.registers import Officer, Subject
from models.task import JointTask, TakingPart, Visit
from models.trail import Answer, AuditEvent, Outcome, Submission
from rules.calendar import local_day
from rules.channel import Channel
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.world import TASK
from tests.builders import NOW, OFFICE, actor

T = TypeVar("T")


class Driver:
    """One task on one database. Whatever it needs it reads from the rows, so that a copy can go on."""

    def __init__(self, database: Database, folder: Path, *, task: str = TASK, now: datetime = NOW) -> None:
        self.database = database
        self.task = task
        self.now = now
        self.folder = folder
        for name in ("out", "in", "taken"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.filing = Filing(database, None)
        self.steps = TaskActivities(database)
        self.cases = CaseActivities(database)
        self.exchange = ExchangeActivities(database, FileExchange(folder))

    @property
    def target(self) -> str:
        """The task's name as a target of papers."""
        return f"joint-task/{self.task}"

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return local_day(self.now)

    def read(self, look: Callable[[Session], T]) -> T:
        """Look something up."""
        with self.database.read() as session:
            return look(session)

    def row(self, model: type[T], key: object) -> T:
        """A row by its key."""
        with self.database.read() as session:
            return session.get_one(model, key)

    def file(self, paper: Paper, by: Actor, *, target: str = "", message_id: str | None = None) -> Submission:
        """File a paper without having it ruled on."""
        return self.filing._file(target or self.target, paper, by, message_id, self.now)

    def rule(self, submission: Submission) -> Answer:
        """Have a filed paper ruled on, where its kind of target is ruled on; a repeat gets its answer."""
        if submission.target.startswith(f"{Target.OFFICE}/"):
            return self.filing._rule_now(submission.id, self.now)
        request = ApplyRequest(target=submission.target, now=self.now, submissions=(submission.id,))
        return apply_request(self.database, request, lambda session: session.get_one(Answer, submission.id))[
            1
        ]

    def say(self, paper: Paper, by: Actor, *, target: str = "", message_id: str | None = None) -> Answer:
        """File a paper and have it ruled on."""
        return self.rule(self.file(paper, by, target=target, message_id=message_id))

    def act(self, department: str, role: Role, paper: Paper, *, target: str = "") -> Answer:
        """File a paper that must be accepted, by the holder of a role."""
        answer = self.say(paper, actor(department, role), target=target)
        assert answer.outcome is Outcome.ACCEPTED, f"{paper.kind}: {answer.type} {answer.words}"
        return answer

    def step(self, *, department: str = "", act: int = 1) -> TaskStep:
        """The input of a machine's step."""
        return TaskStep(task=self.task, now=self.now, department=department, act=act)

    def progress(self) -> Progress:
        """Where the task stands."""
        return self.read(lambda session: read_progress(session, self.task))

    def trade(self) -> int:
        """One round with the platform: a batch out, its answers in; returns how many facts were new."""
        office = TaskStep(task=OFFICE, now=self.now)
        self.exchange.run(office)
        platform.answer(self.folder, clock=lambda: self.now)
        return self.exchange.run(office).facts

    def job(self) -> JointTask:
        """The task's row."""
        return self.read(lambda session: session.get_one(JointTask, self.task))

    def part(self, department: str) -> TakingPart:
        """A department's part."""
        return self.read(lambda session: session.get_one(TakingPart, (self.task, department)))

    def visits(self, department: str, *stages: VisitStage) -> Sequence[Visit]:
        """A department's visits in order of the subjects' codes."""
        statement = (
            select(Visit)
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .where(col(Visit.task) == self.task, col(Visit.department) == department)
            .order_by(col(Subject.code))
        )
        if stages:
            statement = statement.where(col(Visit.stage).in_(stages))
        return self.read(lambda session: session.exec(statement).all())

    def subject(self, visit: Visit) -> Subject:
        """The subject of a visit."""
        return self.read(lambda session: session.get_one(Subject, visit.subject))

    def officers(self, department: str) -> tuple[str, ...]:
        """The certificate numbers of a department, in order."""
        statement = select(Officer.code).where(col(Officer.department) == department)
        return tuple(sorted(self.read(lambda session: session.exec(statement).all())))

    def publications(self, kind: PublicationKind, channel: Channel | None = None) -> Sequence[Publication]:
        """The task's publications of a kind by key, of one channel or of both."""
        statement = select(Publication).where(
            col(Publication.task) == self.task, col(Publication.kind) == kind
        )
        if channel is not None:
            statement = statement.where(col(Publication.channel) == channel)
        return self.read(lambda session: session.exec(statement.order_by(col(Publication.key))).all())

    def disposals(self) -> Sequence[Disposal]:
        """The task's disposals by kind."""
        statement = select(Disposal).where(col(Disposal.task) == self.task).order_by(col(Disposal.kind))
        return self.read(lambda session: session.exec(statement).all())

    def summaries(self) -> Sequence[Summary]:
        """The task's summaries by department and number."""
        statement = select(Summary).where(col(Summary.task) == self.task)
        statement = statement.order_by(col(Summary.department), col(Summary.number))
        return self.read(lambda session: session.exec(statement).all())

    def result(self, visit: Visit, cycle: int = 1) -> Result:
        """The result of a visit in a cycle (every department here has one item)."""
        statement = select(Result).where(col(Result.visit) == visit.id, col(Result.cycle) == cycle)
        return self.read(lambda session: session.exec(statement).one())

    def trail(self, submission: str) -> Sequence[AuditEvent]:
        """The audit events that name a submission."""
        events = self.read(lambda session: session.exec(select(AuditEvent)).all())
        return [event for event in events if event.detail.get("submission") == submission]
