"""The demo's play, first half: from the plan's notice to the match (第1—4步)."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from activities.draw.later_acts import directory_entries
from activities.draw.papers import DIRECTORY, load, load_plan
from adapters.plan_files import read_plan
from cli.demo.cast import Cast
from models.organisation import Department
from models.papers import (
    AcceptClaim,
    AdoptPlan,
    ApproveDraw,
    ApproveLaunch,
    CommitSecret,
    ConfirmAspect,
    ConfirmRegister,
    DeclineClaim,
    ImportPlan,
    Paper,
    Period,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ReofferClaim,
    RequestDraw,
    RevealLink,
    SetPolicy,
    StartTask,
)
from models.task import ActStep, Aspect, DrawStep, JointTask, TakingPart
from models.trail import Answer, Outcome
from rules.calendar import local_day
from rules.draw_commitments import commitment, link
from rules.policy import PolicyKey
from rules.roles import Role
from rules.scope import ScopeFilter, describe
from rules.stages import Claim, Stage

SEED = 20240125
OFFICE = "yangcheng"
BODY = f"{OFFICE}/office"
LEAD, SCHOOLS, HEALTH = f"{OFFICE}/scjg", f"{OFFICE}/jy", f"{OFFICE}/wj"
DOCUMENT = "yangcheng-2024"
SEQ = "4"
TASK = f"{DOCUMENT}/{SEQ}/1"
PLAN_FILE = Path(__file__).resolve().parents[2] / "examples" / "plans" / "yangcheng-2024.md"
ITEMS = {LEAD: ("SC-07", "SC-08"), SCHOOLS: ("JY-04",), HEALTH: ("WJ-01", "WJ-02")}
SCOPE = ScopeFilter(kinds=("中小学", "幼儿园", "托幼机构"), tags_any=("学校食堂",))
RISING = {"A": "1", "B": "2", "C": "4", "D": "4"}


def secret(department: str) -> bytes:
    """A department's secret, from the demo's seed: in earnest each department makes its own and keeps it."""
    return hashlib.sha256(f"demo|{SEED}|{department}".encode()).digest()


class Scenes:
    """A part of the play: whom it speaks through, and to whom it is told."""

    def __init__(self, cast: Cast, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.tell = tell

    @property
    def today(self) -> date:
        """The day of the play."""
        return local_day(self.cast.clock())


class Opening(Scenes):
    """Stages 1 to 4, told as they happen; each scene can be played again after a break."""

    async def plan(self) -> None:
        """The coordinating office imports and adopts its notice, and sets what the notice rules."""
        reading = read_plan(PLAN_FILE)
        document = reading.document.to_json()
        rows = [row.to_json(reading.document) for row in reading.rows]
        paper = ImportPlan(
            document=DOCUMENT,
            file_sha256=hashlib.sha256(PLAN_FILE.read_bytes()).hexdigest(),
            reading=document,
            rows=tuple(
                {key: row[key] for key in ("seq", "region", "line", "flags", "fields")} for row in rows
            ),
        )
        await self._office(paper)
        answer = await self._office(AdoptPlan(document=DOCUMENT))
        self.tell(f"导入并采用《{document['title']['value']}》（{document['number']['value']}）")
        self.tell(
            f"  共{len(rows)}行，可发起{answer.data['adopted']}行，待核定{len(answer.data['not_launchable'])}行"
        )
        await self._policies()

    async def _policies(self) -> None:
        market = SetPolicy(
            key=PolicyKey.MARKET_CLASSES,
            value=True,
            clause="阳市双随机办（2024）2号 二：对市场主体的抽查采用企业信用风险分类应为100%",
            valid_from=self.today,
        )
        await self._office(market)
        rising = SetPolicy(
            key=PolicyKey.RISING_TABLE,
            value=RISING,
            clause="阳市双随机办（2024）2号 二：分别递加比例抽查；本部门年度确认",
            valid_from=self.today,
            department=LEAD,
        )
        await self.cast.act(LEAD, Role.HEAD, rising, target=f"office/{OFFICE}")
        for directory in ("subjects", "officers"):
            paper = ConfirmRegister(directory=directory)
            await self.cast.act(LEAD, Role.KEEPER, paper, target=f"office/{OFFICE}")
        self.tell("  县市场监管局负责人确认递加比例表（A×1 B×2 C×4 D×4），管理员确认检查对象和执法人员名录库")

    async def launch(self) -> None:
        """1 发起: refused outside the window, then launched with the office's approval."""
        self._stage(Stage.INITIATE)
        start = StartTask(document=DOCUMENT, seq=SEQ)
        office = f"office/{OFFICE}"
        early = await self.cast.say(LEAD, Role.HANDLER, start, target=office, name="outside the window")
        if early.outcome is Outcome.REFUSED:
            self.tell(f"  县市场监管局发起第{SEQ}行 → 不予受理（{early.type}）：{early.words}")
        number = "阳双随机办批〔2026〕1号"
        await self._office(
            ApproveLaunch(
                document=DOCUMENT, seq=SEQ, number=number, reason="演示：计划窗口已过，批准补充实施"
            )
        )
        await self.cast.act(LEAD, Role.HANDLER, start, target=office, name="with the approval")
        self.tell(f"  领导小组办公室批准窗口外发起（{number}），任务 {TASK} 已发起")
        await self._prepare()

    async def _prepare(self) -> None:
        period = Period(first_day=self.today, last_day=self.today + timedelta(days=14))
        proposals: dict[Aspect, Paper] = {
            Aspect.SCOPE: ProposeScope(filter=SCOPE),
            Aspect.ITEMS: ProposeItems(items=ITEMS),
            Aspect.PERIODS: ProposePeriods(periods=(period,)),
        }
        for aspect, paper in proposals.items():
            answer = await self.cast.act(LEAD, Role.HANDLER, paper)
            confirm = ConfirmAspect(aspect=aspect, sha256=answer.data["sha256"])
            await self.cast.act(LEAD, Role.APPROVER, confirm)
            what = {
                Aspect.SCOPE: f"{describe(SCOPE)}（现有{answer.data.get('count')}户）",
                Aspect.ITEMS: "；".join("、".join(codes) for codes in ITEMS.values()),
                Aspect.PERIODS: f"{period.first_day}至{period.last_day}",
            }[aspect]
            self.tell(f"  {aspect.label}：{what}；经办人提出，第二人复核")

    async def claims(self) -> None:
        """2 通知: one partner claims, one declines and is talked round."""
        self._stage(Stage.NOTIFY)
        await self.cast.until("the offers", self._offered)
        await self.cast.act(SCHOOLS, Role.HANDLER, AcceptClaim())
        self.tell("  县教育局：领取任务")
        if self.cast.read(lambda session: self._claim(session, HEALTH)) is Claim.OFFERED:
            reason = "近期人员紧张"
            answer = await self.cast.say(HEALTH, Role.HANDLER, DeclineClaim(reason=reason))
            if answer.outcome is Outcome.ACCEPTED:
                self.tell(f"  县卫健局：拒领，理由：{reason} → 等领导小组办公室处理")
        await self.cast.say(
            BODY, Role.OFFICE, ReofferClaim(department=HEALTH, reason="已协调，学校卫生须由你局检查")
        )
        await self.cast.act(HEALTH, Role.HANDLER, AcceptClaim(), name="talked round")
        self.tell("  领导小组办公室协调后再次交办，县卫健局领取任务")

    async def draw(self) -> None:
        """3 抽取: commit, request, approve, fix, reveal, draw."""
        await self.cast.until("stage 3", lambda session: self._stage_of(session) > Stage.NOTIFY)
        self._stage(Stage.DRAW)
        voices = (LEAD, SCHOOLS, HEALTH)
        for department in voices:
            await self.cast.act(
                department, Role.HANDLER, CommitSecret(commitment=commitment(secret(department)))
            )
        self.tell("  三个部门各提交承诺值（演示的秘密由演示种子得出；实际由各部门自行生成保管）")
        await self.cast.act(LEAD, Role.HANDLER, RequestDraw(reason="按年度计划首次抽取"))
        await self.cast.act(LEAD, Role.APPROVER, ApproveDraw())
        fixed = await self.cast.until("fixed", lambda session: self._step(session, ActStep.FIXED))
        self.tell(f"  名录已锁定：{fixed.content['directory']}")
        self.tell(f"  方案已锁定：{fixed.content['plan']}")
        for department in voices:
            await self.cast.act(department, Role.HANDLER, RevealLink(link=link(secret(department), 1)))
        drawn = await self.cast.until("drawn", lambda session: self._step(session, ActStep.DRAWN))
        plan, entries = self.cast.read(self._frozen)
        self.tell(f"  种子：{drawn.content['seed']}")
        sizes = "，".join(
            f"{one['name']}{one['size']}/{one['population']}" for one in plan["quota"]["strata"]
        )
        self.tell(
            f"  从{entries}户中抽取{drawn.content['drawn']}户（{sizes}，补足{plan['quota']['top_up']}）"
        )

    async def match(self) -> None:
        """4 匹配: each department at random among its own officers."""
        self._stage(Stage.MATCH)
        await self.cast.until("the match", lambda session: self._stage_of(session) > Stage.MATCH)
        for branch in self.cast.progress().branches:
            self.tell(f"  {branch.name}：{branch.matched}户，每户不少于2名执法人员，随机且均衡")

    async def _office(self, paper: Paper) -> Answer:
        return await self.cast.act(BODY, Role.OFFICE, paper, target=f"office/{OFFICE}")

    def _stage(self, stage: Stage) -> None:
        self.tell(f"\n[bold]第{int(stage)}步 {stage.label}[/bold]")

    def _offered(self, session: Session) -> bool:
        return all(self._claim(session, one) is not Claim.NONE for one in (SCHOOLS, HEALTH))

    def _claim(self, session: Session, department: str) -> Claim:
        return session.get_one(TakingPart, (TASK, department)).claim

    def _stage_of(self, session: Session) -> Stage:
        return session.get_one(JointTask, TASK).stage

    def _step(self, session: Session, step: ActStep) -> DrawStep | None:
        return session.get(DrawStep, (TASK, 1, step, ""))

    def _frozen(self, session: Session) -> tuple[dict[str, Any], int]:
        return load_plan(session, TASK, 1), sum(
            1 for _ in directory_entries(load(session, TASK, 1, DIRECTORY))
        )


def names_of(session: Session) -> dict[str, str]:
    """The departments' names."""
    rows = session.exec(select(Department).where(col(Department.office) == OFFICE))
    return {row.id: row.name for row in rows}
