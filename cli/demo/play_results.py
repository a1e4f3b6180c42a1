"""The demo's play, second half: from the visits to the receipted summaries (第5—8步)."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from cli.demo.outcome_rows import (
    channels,
    disposals_of,
    due_summaries,
    first_result,
    officers_of,
    open_disposals,
    unproved,
    unpublished,
)
from cli.demo.play import BODY, HEALTH, ITEMS, LEAD, SCHOOLS, TASK, Scenes
from models.organisation import Department
from models.outcomes import Publication, PublicationKind
from models.papers import (
    ApproveResults,
    CorrectResult,
    Paper,
    ProposedDisposal,
    ProvePublication,
    ReceiptSummary,
    RecordVisits,
    ResultLine,
    ReturnResults,
    SignCorrection,
    StepDisposal,
    SubmitResults,
    SubmitSummary,
    VisitLine,
)
from models.task import JointTask, Visit
from rules.channel import Channel
from rules.disposal import DisposalKind
from rules.results import Category
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage

DEPARTMENTS = (LEAD, SCHOOLS, HEALTH)
CHUNK = 100


class Closing(Scenes):
    """Stages 5 to 8, told as they happen."""

    async def visits(self) -> None:
        """5 检查: one visit for all; each department records its completion with the officers present."""
        self._stage(Stage.INSPECT)
        for department in DEPARTMENTS:
            matched = self.cast.visits(department, VisitStage.MATCHED)
            for chunk in chunks(matched, CHUNK):
                present = self.cast.read(partial(officers_of, visits=chunk))
                lines = tuple(
                    VisitLine(visit=one.id, completed_on=self.today, officers=present[one.id])
                    for one in chunk
                )
                await self.cast.act(department, Role.OFFICER, RecordVisits(lines=lines))
        self.tell("  进一次门、查多项事：各部门登记检查完成，自完成次日起20个工作日内录入")

    async def results(self) -> None:
        """6 录入: results of several categories, one returned and submitted again, all approved."""
        self._stage(Stage.ENTER)
        for department in DEPARTMENTS:
            everyone = self.cast.visits(department)
            places = {visit.id: place for place, visit in enumerate(everyone)}
            await self._submit(department, self.cast.visits(department, VisitStage.VISITED), places)
            if department == SCHOOLS:
                await self._send_back(everyone[0], places)
            submitted = self.cast.visits(department, VisitStage.SUBMITTED)
            for chunk in chunks(submitted, CHUNK):
                paper = ApproveResults(visits=tuple(one.id for one in chunk))
                await self.cast.act(department, Role.APPROVER, paper)
        self.tell("  三个部门的结果全部审批通过，送省平台")
        await self.cast.until("entry", lambda session: self._past(session, Stage.ENTER))
        self.tell("  省平台回执已到：结果录入率100%")

    async def publicity(self) -> None:
        """7 公示: market entities nationally, all others on the departments' own sites with proof."""
        self._stage(Stage.PUBLICIZE)
        await self._prove()
        await self.cast.until("publication", lambda session: self._past(session, Stage.PUBLICIZE))
        count = self.cast.read(channels)
        self.tell(
            f"  国家企业信用信息公示系统（山西）公示{count[Channel.NATIONAL]}项，"
            f"部门网站公示并提交证明{count[Channel.OWN_SITE]}项：结果公示率100%"
        )

    async def correction(self) -> None:
        """A correction of a locked result: asked for, signed by the head, published beside the original."""
        visit = self.cast.visits(HEALTH)[-1]
        result = self.cast.read(lambda session: first_result(session, visit))
        target = f"correction/{result.id}/1"
        ask = CorrectResult(
            result=result.id,
            number=1,
            categories=(Category.NOT_PUBLISHED,),
            finding="复核发现卫生许可信息未在校门口公示，原记录漏填",
            reason="录入遗漏，经复核更正",
        )
        await self.cast.act(HEALTH, Role.HANDLER, ask, target=target)
        self.tell("  县卫健局申请更正1项结果：未发现问题 → 未按规定公示应当公示的信息")
        await self.cast.act(HEALTH, Role.HEAD, SignCorrection(), target=target)
        await self._until_published(PublicationKind.CORRECTION)
        self.tell("  县卫健局主要负责人签字，更正已公示，更正前后均可见")

    async def summaries(self) -> None:
        """The three tables, submitted and receipted while disposals still run."""
        self.tell("\n[bold]汇总[/bold]")
        await self._summarize()
        self.tell("  三个部门的抽查结果汇总表已报送，领导小组办公室已签收")

    async def disposals(self) -> None:
        """8 处置: a rectification with its re-check, a transfer with its acknowledgement."""
        self._stage(Stage.FOLLOW_UP)
        for one in self.cast.read(disposals_of):
            target = f"disposal/{one.id}"
            if one.kind is DisposalKind.RECTIFY:
                step = StepDisposal(step="recheck_passed", on=self.today, note="复查：台账、留样已补齐")
                await self.cast.act(one.owner, Role.OFFICER, step, target=target)
                self.tell("  责令改正：复查合格")
                continue
            send = StepDisposal(step="send", on=self.today, note="移送线索及证据清单")
            await self.cast.act(one.owner, Role.HANDLER, send, target=target)
            self.tell("  移送：县市场监管局已发出")
            acknowledge = StepDisposal(step="acknowledge", on=self.today, note="已接收")
            await self.cast.act(one.receiver or "", Role.HANDLER, acknowledge, target=target)
            self.tell("  移送：县卫健局已接收")
        await self._until_published(PublicationKind.DISPOSAL)
        self.tell("  处置结果已附于检查结果并公示")
        await self.cast.until("disposals closed", lambda session: not open_disposals(session))
        await self._summarize()
        await self.cast.until("the end", self._closed)
        self.tell("  有处置的部门补报汇总表；任务办结")

    async def _submit(self, department: str, visits: Sequence[Visit], places: dict[str, int]) -> None:
        # Fifty visits at the most: two items each make a hundred lines of the two hundred allowed.
        for chunk in chunks(visits, CHUNK // 2):
            lines = tuple(
                line_of(department, visit, item, places[visit.id])
                for visit in chunk
                for item in ITEMS[department]
            )
            cycle = str(max(one.cycle for one in chunk))
            await self.cast.act(department, Role.OFFICER, SubmitResults(lines=lines), name=cycle)
        found = Counter(
            line_of(department, visit, item, places[visit.id]).categories[0].label
            for visit in visits
            for item in ITEMS[department]
        )
        if visits:
            words = "，".join(f"{label}{count}" for label, count in found.items())
            self.tell(f"  {self._name(department)}录入{len(visits)}户：{words}")

    async def _send_back(self, visit: Visit, places: dict[str, int]) -> None:
        standing = self.cast.read(lambda session: session.get_one(Visit, visit.id))
        if standing.stage is VisitStage.SUBMITTED and standing.cycle == 1:
            paper = ReturnResults(visits=(visit.id,), reason="检查记录未附陪餐记录，请补充后重报")
            await self.cast.act(SCHOOLS, Role.APPROVER, paper)
            self.tell("  县教育局审批人退回1户：检查记录未附陪餐记录")
        returned = self.cast.visits(SCHOOLS, VisitStage.RETURNED)
        await self._submit(SCHOOLS, returned, places)

    async def _prove(self) -> None:
        for (department, target), ids in self.cast.read(unproved).items():
            for chunk in chunks(sorted(ids), CHUNK):
                text = f"{department} {self.today} 检查结果公示"
                paper = ProvePublication(
                    publications=tuple(chunk),
                    address=f"https://example.invalid/{department}/gs",
                    published_on=self.today,
                    sha256=hashlib.sha256(text.encode()).hexdigest(),
                )
                await self.cast.act(department, Role.HANDLER, paper, target=target)

    async def _until_published(self, kind: PublicationKind) -> None:
        def entered(session: Session) -> bool:
            rows = session.exec(
                select(Publication).where(col(Publication.task) == TASK, col(Publication.kind) == kind)
            ).all()
            return bool(rows) and all(row.receipted_at is not None for row in rows)

        await self.cast.until(f"receipts of {kind}", entered)
        await self._prove()
        await self.cast.until(f"publication of {kind}", lambda session: not unpublished(session, kind))

    async def _summarize(self) -> None:
        for one in self.cast.read(due_summaries):
            if one.submitted is None:
                await self.cast.act(one.department, Role.HANDLER, SubmitSummary(number=one.number))
            paper: Paper = ReceiptSummary(department=one.department, number=one.number)
            await self.cast.act(BODY, Role.OFFICE, paper)

    def _stage(self, stage: Stage) -> None:
        self.tell(f"\n[bold]第{int(stage)}步 {stage.label}[/bold]")

    def _past(self, session: Session, stage: Stage) -> bool:
        return session.get_one(JointTask, TASK).stage > stage

    def _closed(self, session: Session) -> bool:
        return session.get_one(JointTask, TASK).status is TaskStatus.CLOSED

    def _name(self, department: str) -> str:
        return self.cast.read(lambda session: session.get_one(Department, department).name)


def line_of(department: str, visit: Visit, item: str, place: int) -> ResultLine:
    """What is found at the n-th subject: problems at the first few, by which department, on which item."""
    first = item == ITEMS[department][0]
    found: dict[tuple[str, int], tuple[Category, str, ProposedDisposal | None]] = {
        (LEAD, 0): (
            Category.RECTIFICATION_ORDERED,
            "食品留样不足48小时，进货台账不全",
            ProposedDisposal(kind=DisposalKind.RECTIFY, period_days=10),
        ),
        (LEAD, 1): (
            Category.PENDING,
            "生活饮用水检测报告缺失，属卫生监督职责",
            ProposedDisposal(kind=DisposalKind.TRANSFER, receiver=HEALTH),
        ),
        (LEAD, 2): (Category.NOT_PUBLISHED, "食品经营许可证未在醒目位置公示", None),
        (SCHOOLS, 3): (Category.NO_ACTIVITY, "", None),
    }
    category, finding, disposal = found.get((department, place), (Category.NO_PROBLEM, "", None))
    if not first:
        category, finding, disposal = Category.NO_PROBLEM, "", None
    return ResultLine(visit=visit.id, item=item, categories=(category,), finding=finding, disposal=disposal)


def chunks(things: Sequence[Visit] | Sequence[str], size: int) -> list[Sequence[Any]]:
    """Slices of at most `size`."""
    return [things[start : start + size] for start in range(0, len(things), size)]
