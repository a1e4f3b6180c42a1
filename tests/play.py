"""A short play of a whole task on the small office: what the end-to-end tests drive and break off."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from sqlmodel import Session, col, select

from cli.demo.cast import Cast
from models.outcomes import Disposal, Publication, Summary
from models.papers import (
    AcceptClaim,
    ApproveDraw,
    ApproveResults,
    CommitSecret,
    ConfirmAspect,
    Paper,
    Period,
    ProposedDisposal,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ProvePublication,
    ReceiptSummary,
    RecordVisits,
    RequestDraw,
    ResultLine,
    RevealLink,
    StartTask,
    StepDisposal,
    SubmitResults,
    SubmitSummary,
    VisitLine,
)
from models.registers import Officer
from models.task import ActStep, Aspect, DrawStep, JointTask, TakingPart
from rules.calendar import local_day
from rules.channel import Channel
from rules.draw_commitments import commitment, link
from rules.results import Category
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.stages import Claim, Stage, TaskStatus, VisitStage
from tests.builders import DOCUMENT, LEAD, OFFICE, OFFICE_DESK

T = TypeVar("T")
SCENES = ("launch", "prepare", "claim", "draw", "visit", "enter", "publicize", "dispose", "summarize")


def secret(department: str) -> bytes:
    """A department's secret, from its name: tests repeat."""
    return hashlib.sha256(department.encode()).digest()


class Play:
    """Scene by scene; each can be played again after anything was killed."""

    request = RequestDraw(reason="按计划抽取")
    """How the draw is asked for."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    async def run(self, *scenes: str) -> None:
        """Play the scenes named, else all."""
        for scene in scenes or SCENES:
            await getattr(self, scene)()

    def secret(self, department: str) -> bytes:
        """A department's secret, which it uses in one task only."""
        return secret(department)

    async def each(self, things: Iterable[T], act: Callable[[T], Awaitable[object]]) -> None:
        """What several people do: here one after the other, in the same order each time."""
        for one in things:
            await act(one)

    @property
    def today(self) -> date:
        """The day of the play."""
        return local_day(self.cast.clock())

    def departments(self) -> list[str]:
        """The departments that take part."""
        with self.cast.database.read() as session:
            return sorted(
                session.exec(
                    select(TakingPart.department).where(
                        col(TakingPart.task) == self.cast.task, col(TakingPart.claim) != Claim.RELEASED
                    )
                )
            )

    async def launch(self) -> None:
        """1 发起."""
        await self.cast.act(
            LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=f"office/{OFFICE}"
        )

    async def prepare(self) -> None:
        """1 发起: scope, items and periods, each confirmed."""
        items = {department: (f"{department.split('/')[1]}-1",) for department in self.departments()}
        proposals: dict[Aspect, Paper] = {
            Aspect.SCOPE: ProposeScope(filter=ScopeFilter(kinds=("学校",))),
            Aspect.ITEMS: ProposeItems(items=items),
            Aspect.PERIODS: ProposePeriods(
                periods=(Period(first_day=self.today, last_day=self.today + timedelta(days=20)),)
            ),
        }

        async def propose(aspect: Aspect) -> None:
            answer = await self.cast.act(LEAD, Role.HANDLER, proposals[aspect])
            confirm = ConfirmAspect(aspect=aspect, sha256=answer.data["sha256"])
            await self.cast.act(LEAD, Role.APPROVER, confirm)

        await self.each(proposals, propose)

    async def claim(self) -> None:
        """2 通知: every partner claims."""

        async def accept(department: str) -> None:
            await self.until_offered(department)
            await self.cast.act(department, Role.HANDLER, AcceptClaim())

        await self.each([one for one in self.departments() if one != LEAD], accept)

    async def until_offered(self, department: str) -> None:
        """Wait until a department was offered the task."""

        def offered(session: Session) -> bool:
            part = session.get_one(TakingPart, (self.cast.task, department))
            return part.claim is not Claim.NONE

        await self.cast.until("the offer", offered)

    async def draw(self) -> None:
        """3 抽取, 4 匹配."""
        await self.cast.until("stage 3", lambda session: self._past(session, Stage.NOTIFY))
        names = self.departments()
        voices = [(name, Role.HANDLER) for name in names]
        if len(names) < 2:
            voices.append((OFFICE_DESK, Role.OFFICE))

        async def commit(voice: tuple[str, Role]) -> None:
            await self.cast.act(*voice, CommitSecret(commitment=commitment(self.secret(voice[0]))))

        async def reveal(voice: tuple[str, Role]) -> None:
            await self.cast.act(*voice, RevealLink(link=link(self.secret(voice[0]), 1)))

        await self.each(voices, commit)
        await self.cast.act(LEAD, Role.HANDLER, self.request)
        await self.cast.act(LEAD, Role.APPROVER, ApproveDraw())
        await self.cast.until(
            "the fixed act",
            lambda session: session.get(DrawStep, (self.cast.task, 1, ActStep.FIXED, "")),
        )
        await self.each(voices, reveal)
        await self.cast.until("the match", lambda session: self._past(session, Stage.MATCH))

    async def visit(self) -> None:
        """5 检查."""
        await self.each(self.departments(), self._visit)

    async def _visit(self, department: str) -> None:
        with self.cast.database.read() as session:
            codes = sorted(session.exec(select(Officer.code).where(col(Officer.department) == department)))[
                :2
            ]
        visits = self.cast.visits(department, VisitStage.MATCHED)
        for chunk in chunks(visits):
            lines = tuple(
                VisitLine(visit=visit.id, completed_on=self.today, officers=tuple(codes)) for visit in chunk
            )
            await self.cast.act(department, Role.OFFICER, RecordVisits(lines=lines))

    async def enter(self) -> None:
        """6 录入, one problem in each department."""
        for department in self.departments():
            item = f"{department.split('/')[1]}-1"
            visits = self.cast.visits(department, VisitStage.VISITED)
            everyone = self.cast.visits(department)
            problem = everyone[0].id if everyone else ""
            for chunk in chunks(visits):
                lines = tuple(self._line(visit.id, item, problem) for visit in chunk)
                await self.cast.act(department, Role.OFFICER, SubmitResults(lines=lines))
            for chunk in chunks(self.cast.visits(department, VisitStage.SUBMITTED)):
                paper = ApproveResults(visits=tuple(visit.id for visit in chunk))
                await self.cast.act(department, Role.APPROVER, paper)

    async def publicize(self) -> None:
        """7 公示."""
        await self.cast.until("stage 6 past", lambda session: self._past(session, Stage.ENTER))
        await self.prove()
        await self.cast.until("stage 7 past", lambda session: self._past(session, Stage.PUBLICIZE))

    async def dispose(self) -> None:
        """8 处置: every disposal to its published end."""
        with self.cast.database.read() as session:
            disposals = session.exec(select(Disposal).where(col(Disposal.task) == self.cast.task)).all()
        step = StepDisposal(step="recheck_passed", on=self.today)

        async def recheck(one: Disposal) -> None:
            await self.cast.act(one.owner, Role.HANDLER, step, target=f"disposal/{one.id}")

        await self.each(disposals, recheck)
        await self.cast.until("outcomes entered", self._all_receipted)
        await self.prove()
        await self.cast.until("disposals closed", self._disposals_closed)

    async def summarize(self) -> None:
        """8 处置: summaries and their supplements."""
        while True:
            progress = self.cast.progress()
            if progress.status is TaskStatus.CLOSED:
                return
            with self.cast.database.read() as session:
                summaries = session.exec(select(Summary).where(col(Summary.task) == self.cast.task)).all()
            await self.each(summaries, self._summarize)

    async def _summarize(self, one: Summary) -> None:
        if one.submitted is None:
            await self.cast.act(one.department, Role.HANDLER, SubmitSummary(number=one.number))
        if one.receipted is None:
            paper = ReceiptSummary(department=one.department, number=one.number)
            await self.cast.act(OFFICE_DESK, Role.OFFICE, paper)

    async def prove(self) -> None:
        """Publish on the departments' own sites whatever the platform has, and prove it."""
        with self.cast.database.read() as session:
            own = session.exec(
                select(Publication).where(
                    col(Publication.task) == self.cast.task,
                    col(Publication.channel) == Channel.OWN_SITE,
                    col(Publication.receipted_at).is_not(None),
                    col(Publication.published_at).is_(None),
                )
            ).all()
        groups: dict[tuple[str, str], list[str]] = {}
        for one in own:
            target = self.cast.target if one.kind == "result" else f"{one.kind.value}/{one.reference}"
            groups.setdefault((one.department, target), []).append(one.id)

        async def show(group: tuple[str, str]) -> None:
            department, target = group
            for chunk in chunks(sorted(groups[group])):
                paper = ProvePublication(
                    publications=tuple(chunk),
                    address="https://example.invalid/gs",
                    published_on=self.today,
                    sha256="a" * 64,
                )
                await self.cast.act(department, Role.HANDLER, paper, target=target)

        await self.each(groups, show)

    def _line(self, visit: str, item: str, problem: str) -> ResultLine:
        if visit != problem:
            return ResultLine(visit=visit, item=item, categories=(Category.NO_PROBLEM,))
        return ResultLine(
            visit=visit,
            item=item,
            categories=(Category.RECTIFICATION_ORDERED,),
            finding="台账不全",
            disposal=ProposedDisposal(kind="rectify", period_days=10),
        )

    def _past(self, session: Session, stage: Stage) -> bool:
        return session.get_one(JointTask, self.cast.task).stage > stage

    def _all_receipted(self, session: Session) -> bool:
        return not session.exec(
            select(Publication.id).where(
                col(Publication.task) == self.cast.task, col(Publication.receipted_at).is_(None)
            )
        ).first()

    def _disposals_closed(self, session: Session) -> bool:
        return not session.exec(
            select(Disposal.id).where(col(Disposal.task) == self.cast.task, col(Disposal.closed_at).is_(None))
        ).first()


def chunks(things: Sequence[T], size: int = 200) -> list[Sequence[T]]:
    """Slices of at most `size`."""
    return [things[start : start + size] for start in range(0, len(things), size)]
