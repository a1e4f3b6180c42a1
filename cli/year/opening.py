"""The year's people, stages 1 to 4: launch, preparation, claims, draw, match."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from sqlmodel import Session, col, select

from activities.acts.preparation import newest_proposal
from activities.plans.rounds import year_of
from activities.registers.state import newest_confirmation
from cli.demo.play import BODY, OFFICE
from cli.year.county import items_of, kind_of
from cli.year.incidents import Incident
from cli.year.law import Duty
from cli.year.scene import Scene, task_of
from models.papers import (
    AcceptClaim,
    ApproveDraw,
    CancelTask,
    CommitSecret,
    ConfirmAspect,
    ConfirmRegister,
    DeclineClaim,
    DrawnAbove,
    MatchAgain,
    OmitRound,
    Period,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ReleaseClaim,
    ReofferClaim,
    RequestDraw,
    RevealLink,
    StartTask,
)
from models.plan import PlanDocument
from models.registers import Subject
from models.task import Aspect, TakingPart
from rules.draw_commitments import commitment, link
from rules.plan_rounds import LaunchMode
from rules.register_columns import Register
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.waits import WaitKind

Player = Callable[[Scene, Duty], Awaitable[None]]
"""Does what a duty asks for, or lets something befall it first: then it is looked at again."""
_FRESH = timedelta(days=25)


def secret(scene: Scene, task: str, department: str) -> bytes:
    """A department's secret for a task, from the year's seed."""
    return hashlib.sha256(f"year|{scene.law.seed}|{task}|{department}".encode()).digest()


async def confirm_registers(scene: Scene, department: str) -> None:
    """Nothing is drawn from a register whose keeper's word is too old: where it nearly is, it is given again."""
    for register in (Register.SUBJECTS, Register.OFFICERS):
        newest = scene.read(partial(newest_confirmation, office=OFFICE, register=register))
        if newest is None or newest.confirmed_on < scene.today - _FRESH:
            paper = ConfirmRegister(directory=register.value)
            await scene.act(department, Role.KEEPER, paper, f"office/{OFFICE}", name=str(scene.today))


async def launch(scene: Scene, duty: Duty) -> None:
    """Start the round, from the city's list where the city draws; or it is put on record as omitted."""
    seq = duty.id.rsplit("/", 1)[1]
    if Incident.OMIT in scene.incidents.get(seq, ()):
        reason = "监管对象已全部纳入上级专项检查，本轮不再实施"
        await scene.office(
            OmitRound(
                document=scene.document, seq=seq, round=duty.cycle, number=f"未实施{seq}号", reason=reason
            )
        )
        return
    received = await _list_from_above(scene, seq)
    paper = StartTask(document=scene.document, seq=seq, round=duty.cycle, received=received)
    await scene.act(duty.department, Role.HANDLER, paper, f"office/{OFFICE}")


async def propose_scope(scene: Scene, duty: Duty) -> None:
    """Everything of the row's kind; a received list is the scope already."""
    kind = kind_of(duty.task.split("/")[1])
    await scene.act(
        duty.department, Role.HANDLER, ProposeScope(filter=ScopeFilter(kinds=(kind,))), duty.scope
    )


async def propose_items(scene: Scene, duty: Duty) -> None:
    """Each department's own items."""
    items = {part: items_of(part) for part in scene.read(lambda session: _parts(session, duty.task))}
    await scene.act(duty.department, Role.HANDLER, ProposeItems(items=items), duty.scope)


async def propose_periods(scene: Scene, duty: Duty) -> None:
    """One batch, a week or so from now and for a month."""
    random = scene.law.random("period", duty.task)
    first = scene.today + timedelta(days=random.randint(5, 12))
    period = Period(first_day=first, last_day=first + timedelta(days=random.randint(25, 45)))
    await scene.act(duty.department, Role.HANDLER, ProposePeriods(periods=(period,)), duty.scope)


async def confirm(scene: Scene, duty: Duty) -> None:
    """A second person confirms what was proposed."""
    aspect = Aspect(duty.key.split("/confirm/")[1].split("/")[0])
    found = scene.read(lambda session: newest_proposal(session, duty.task, aspect))
    if found is not None:
        paper = ConfirmAspect(aspect=aspect, sha256=found.sha256)
        await scene.act(duty.department, Role(duty.role), paper, duty.scope)


async def claim(scene: Scene, duty: Duty) -> None:
    """Claim the task, or decline it once."""
    if scene.befalls(duty.task, Incident.DECLINE):
        scene.befallen(duty.task, Incident.DECLINE)
        reason = "近期人员抽调，无力配合"
        await scene.act(duty.department, Role.HANDLER, DeclineClaim(reason=reason), duty.scope)
        return
    await scene.act(duty.department, Role(duty.role), AcceptClaim(), duty.scope, name=str(duty.cycle))


async def settle_claim(scene: Scene, duty: Duty) -> None:
    """The office offers again, or releases the partner."""
    department = duty.key.split("/settle-claim/")[1].rsplit("/", 1)[0]
    if scene.law.random("settle", duty.name).random() < 0.6:
        paper: ReofferClaim | ReleaseClaim = ReofferClaim(
            department=department, reason="已协调人员，请予配合"
        )
    else:
        paper = ReleaseClaim(department=department, reason="情况属实，本次免除配合")
    await scene.act(BODY, Role.OFFICE, paper, duty.scope)


async def request_draw(scene: Scene, duty: Duty) -> None:
    """Ask for the draw; the registers' keeper confirms them first where that is too long ago."""
    if scene.befalls(duty.task, Incident.CANCEL):
        scene.befallen(duty.task, Incident.CANCEL)
        await _cancel(scene, duty)
        return
    await confirm_registers(scene, duty.department)
    ask = RequestDraw(reason="按年度计划抽取", ceiling="keep", recent="keep", evidence="年度计划实施会议纪要")
    await scene.act(duty.department, Role.HANDLER, ask, duty.scope, name=duty.name)


async def approve_draw(scene: Scene, duty: Duty) -> None:
    """The initiator's approver, or its head, lets the act be fixed."""
    number = int(duty.key.rsplit("/", 1)[1])
    await scene.act(duty.department, Role(duty.role), ApproveDraw(act=number), duty.scope)


async def commit(scene: Scene, duty: Duty) -> None:
    """Commit to a secret."""
    paper = CommitSecret(commitment=commitment(secret(scene, duty.task, duty.department)))
    await scene.act(duty.department, Role(duty.role), paper, duty.scope)


async def reveal(scene: Scene, duty: Duty) -> None:
    """Open the act's link."""
    act = int(duty.key.split("/reveal/")[1].split("/")[0])
    paper = RevealLink(act=act, link=link(secret(scene, duty.task, duty.department), act))
    await scene.act(duty.department, Role(duty.role), paper, duty.scope)


async def match(scene: Scene, duty: Duty) -> None:
    """Ask for another match of what has no officers yet."""
    paper = MatchAgain(reason="人员已返岗，重新匹配")
    await scene.act(duty.department, Role.HANDLER, paper, duty.scope, name=str(scene.clock.now))


OPENING: dict[WaitKind, Player] = {
    WaitKind.WINDOW: launch,
    WaitKind.PREPARE: propose_scope,
    WaitKind.PREPARE_ITEMS: propose_items,
    WaitKind.PREPARE_PERIODS: propose_periods,
    WaitKind.CONFIRM: confirm,
    WaitKind.CONFIRM_ITEMS: confirm,
    WaitKind.CONFIRM_PERIODS: confirm,
    WaitKind.CLAIM: claim,
    WaitKind.SETTLE_CLAIM: settle_claim,
    WaitKind.REQUEST_DRAW: request_draw,
    WaitKind.APPROVE_DRAW: approve_draw,
    WaitKind.COMMIT: commit,
    WaitKind.REVEAL: reveal,
    WaitKind.MATCH: match,
}


async def _cancel(scene: Scene, duty: Duty) -> None:
    """Cancelled by order, its reason on record; its round is not launched again."""
    reason = "机构改革，监管职责移交市级部门"
    number = f"撤{re.sub('[^0-9]', '', duty.task)}号"
    await scene.act(BODY, Role.OFFICE, CancelTask(approval_number=number, reason=reason), duty.scope)
    task = scene.read(lambda session: task_of(session, duty.task))
    await scene.office(
        OmitRound(document=scene.document, seq=task.seq, round=task.round, number=number, reason=reason)
    )


async def _list_from_above(scene: Scene, seq: str) -> DrawnAbove | None:
    """The list that the city drew, where it draws: some of the row's subjects, in its order."""

    def look(session: Session) -> tuple[LaunchMode, list[str]]:
        plan = session.get_one(PlanDocument, scene.document)
        codes = session.exec(
            select(Subject.code).where(col(Subject.kind) == kind_of(seq)).order_by(col(Subject.code))
        ).all()
        return year_of(session, plan, seq, scene.today).mode, list(codes)

    mode, codes = scene.read(look)
    if mode is LaunchMode.HERE:
        return None
    drawn = scene.law.random("above", seq).sample(codes, 3)
    return DrawnAbove(
        issuer="晋城市双随机抽查工作领导小组办公室",
        number=f"晋市抽〔{scene.today.year}〕{seq}号",
        drawn_on=scene.today - timedelta(days=2),
        record_sha256=hashlib.sha256(f"record|{seq}".encode()).hexdigest(),
        file_sha256=hashlib.sha256(f"list|{seq}".encode()).hexdigest(),
        codes=tuple(drawn),
    )


def _parts(session: Session, task: str) -> list[str]:
    return sorted(session.exec(select(TakingPart.department).where(col(TakingPart.task) == task)))
