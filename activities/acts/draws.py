"""Stage 3: commitments, the request for a draw act, its approval, the reveals (抽取检查对象)."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from activities import later_acts
from activities.acts.launch import office_department
from activities.acts.preparation import newest_proposal
from activities.acts.sampling import needs_rising_table
from activities.clocks import Clocks
from activities.docket import Docket, Target, ruling
from activities.later_acts import check_sizes
from models.papers import ApproveDraw, CommitSecret, RequestDraw, RevealLink
from models.registers import RegisterConfirmation
from models.task import ActStep, Aspect, Commitment, DrawAct, DrawStep, JointTask, TakingPart
from rules.draw import opens
from rules.draw_record import Kind
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, Stage
from rules.waits import WaitKind

FIRST = 1
SUBJECT_REGISTER = "subjects"
CONTRIBUTIONS = 2
"""A draw needs two contributions; with fewer departments the coordinating office is the witness."""


def contributors(session: Session, task: JointTask) -> list[str]:
    """Who commits and reveals: the departments that take part, and the office where they are fewer than two."""
    departments = sorted(
        session.exec(
            select(TakingPart.department).where(
                col(TakingPart.task) == task.id, col(TakingPart.claim) == Claim.CLAIMED
            )
        )
    )
    if len(departments) < CONTRIBUTIONS:
        departments.append(office_department(session, task.office))
    return departments


def open_draw(clocks: Clocks, task: JointTask) -> None:
    """Stage 3 begins: every contributor owes its commitment, the initiator the request."""
    for department in contributors(clocks.session, task):
        clocks.open(
            WaitKind.COMMIT,
            key=f"{task.id}/commit/{department}",
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=department,
            opened_by="claims settled",
        )
    clocks.open(
        WaitKind.REQUEST_DRAW,
        key=f"{task.id}/request-draw/{FIRST}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=task.initiator,
        opened_by="claims settled",
    )


@ruling(Target.TASK, CommitSecret, Role.HANDLER, Role.OFFICE)
def commit(docket: Docket, paper: CommitSecret) -> None:
    """One commitment for all acts of the task; published to all before anything is opened."""
    task = docket.living_task
    if task.stage is not Stage.DRAW:
        raise Refusal("WrongStage", "提交承诺值须在全部领取办结之后、抽取锁定之前")
    if docket.department not in contributors(docket.session, task):
        raise Refusal("NotTakingPart", "只有参与抽取的部门可以提交承诺值；请由参与部门办理，名单见 task show")
    stored = docket.session.get(Commitment, (task.id, docket.department, 1))
    if stored is not None:
        if stored.commitment != paper.commitment:
            raise Refusal("AlreadyCommitted", "承诺值已提交，不能更换；请保管好原来的秘密，揭示时使用")
        return
    docket.session.add(
        Commitment(
            task=task.id, department=docket.department, commitment=paper.commitment, submission=docket.by
        )
    )
    docket.session.flush()
    docket.clocks.settle_key(f"{task.id}/commit/{docket.department}", by=docket.by)


@ruling(Target.TASK, RequestDraw, Role.HANDLER)
def request(docket: Docket, paper: RequestDraw) -> None:
    """The initiator asks for a draw act; refused until everything that it will hash is in order."""
    docket.initiator_only()
    session, task = docket.session, docket.living_task
    number = newest_act(session, task.id) + 1
    content = _check_first(docket) if paper.act is Kind.FIRST else _check_later(docket, paper, number)
    act = DrawAct(task=task.id, number=number, kind=paper.act, reason=paper.reason, content=content)
    session.add(act)
    session.add(_step(docket, ActStep.REQUESTED, number))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/request-draw/{number}", by=docket.by)
    redraw = paper.act is Kind.REDRAW
    docket.clocks.open(
        WaitKind.ALLOW_REDRAW if redraw else WaitKind.APPROVE_DRAW,
        key=f"{task.id}/approve-draw/{number}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=office_department(session, task.office) if redraw else task.initiator,
        opened_by=docket.by,
    )
    docket.data = {"act": number, **content}


@ruling(Target.TASK, ApproveDraw, Role.APPROVER, Role.HEAD, Role.OFFICE)
def approve(docket: Docket, paper: ApproveDraw) -> None:
    """The initiator's approver (for a re-draw the coordinating office) lets an act be fixed."""
    session, task = docket.session, docket.living_task
    act = session.get(DrawAct, (task.id, paper.act))
    requested = session.get(DrawStep, (task.id, paper.act, ActStep.REQUESTED, task.initiator))
    if act is None or requested is None:
        raise Refusal("NothingToApprove", f"第{paper.act}次抽取尚未申请，请先由发起部门经办人申请")
    if act.kind is Kind.REDRAW:
        if docket.submission.role is not Role.OFFICE:
            raise Refusal("OfficeOnly", "重新抽取须由领导小组办公室批准")
    else:
        docket.initiator_only()
    if session.get(DrawStep, (task.id, paper.act, ActStep.APPROVED, docket.department)) is not None:
        return
    if requested.content.get("actor") == docket.submission.actor:
        raise Refusal("SecondPersonNeeded", "抽取须由申请人以外的人批准")
    if act.kind in (Kind.REPLACEMENT, Kind.ADDED):
        check_sizes(session, task, act)
    session.add(_step(docket, ActStep.APPROVED, paper.act))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/approve-draw/{paper.act}", by=docket.by)


@ruling(Target.TASK, RevealLink, Role.HANDLER, Role.OFFICE)
def reveal(docket: Docket, paper: RevealLink) -> None:
    """A department opens the act's link; it is checked by hashing down to the commitment."""
    session, task = docket.session, docket.living_task
    if session.get(DrawStep, (task.id, paper.act, ActStep.FIXED, "")) is None:
        raise Refusal("NotFixed", f"第{paper.act}次抽取尚未锁定，请待锁定后再揭示")
    commitment = session.get(Commitment, (task.id, docket.department, 1))
    if commitment is None:
        raise Refusal("NotCommitted", "本部门没有提交承诺值，无须揭示")
    if session.get(DrawStep, (task.id, paper.act, ActStep.REVEALED, docket.department)) is not None:
        return
    if not opens(paper.link, paper.act, commitment.commitment):
        raise Refusal("LinkWrong", "揭示的随机值与承诺值不符，请核对本部门保存的秘密")
    session.add(_step(docket, ActStep.REVEALED, paper.act, link=paper.link))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/reveal/{paper.act}/{docket.department}", by=docket.by)


def newest_act(session: Session, task: str) -> int:
    """The number of the newest act, 0 while none was asked for."""
    statement = select(func.max(DrawAct.number)).where(col(DrawAct.task) == task)
    return session.exec(statement).one() or 0


def _check_first(docket: Docket) -> dict[str, Any]:
    task = docket.living_task
    if task.stage is not Stage.DRAW:
        raise Refusal("WrongStage", "须在全部配合部门领取办结后申请首次抽取，且只有一次")
    if newest_act(docket.session, task.id):
        raise Refusal("AlreadyRequested", "首次抽取已经申请，请由发起部门审批人批准")
    _check_proposals(docket)
    _check_register(docket)
    _check_rising(docket)
    return {}


def _check_later(docket: Docket, paper: RequestDraw, number: int) -> dict[str, Any]:
    """Replacement, added size and re-draw: after the first draw, one at a time, until the last check."""
    session, task = docket.session, docket.living_task
    if task.stage not in (Stage.MATCH, Stage.INSPECT):
        raise Refusal("WrongStage", f"{paper.act.label}须在首次抽取之后、全部检查完成之前申请")
    if session.get(DrawStep, (task.id, number - 1, ActStep.DRAWN, "")) is None:
        raise Refusal("ActPending", f"第{number - 1}次抽取尚未完成，请在其完成后再申请")
    if paper.act is Kind.REDRAW:
        _check_register(docket)
        return later_acts.check_redraw(session, task)
    if paper.act is Kind.REPLACEMENT:
        return later_acts.check_replacement(session, task, paper)
    return later_acts.check_added(session, task, paper)


def _check_proposals(docket: Docket) -> None:
    """A newer proposal that nobody has confirmed could never be confirmed once the draw is asked for."""
    for aspect in Aspect:
        newest = newest_proposal(docket.session, docket.living_task.id, aspect)
        if newest is not None and newest.confirmed_by is None:
            raise Refusal("ProposalOpen", f"{aspect.label}的最新方案尚未复核，请由第二人先确认")


def _check_register(docket: Docket) -> None:
    age = int(docket.clocks.policies.value(PolicyKey.REGISTER_MAX_AGE_DAYS))
    newest = docket.session.exec(
        select(col(RegisterConfirmation.confirmed_on))
        .where(
            col(RegisterConfirmation.office) == docket.office,
            col(RegisterConfirmation.directory) == SUBJECT_REGISTER,
        )
        .order_by(col(RegisterConfirmation.confirmed_on).desc())
    ).first()
    if newest is None or newest < docket.clocks.today - timedelta(days=age):
        raise Refusal(
            "RegisterOutOfDate",
            f"检查对象名录库最近一次确认为{newest or '从未'}，超过{age}天；请名录库管理员先办理：register confirm subjects",
        )


def _check_rising(docket: Docket) -> None:
    task = docket.living_task
    if needs_rising_table(docket.clocks, task):
        raise Refusal(
            "RisingTableUnconfirmed",
            "范围内有信用风险分类的市场主体，而本部门尚未确认递加比例表；请先办理：policy set rising_table",
        )


def _step(docket: Docket, step: ActStep, act: int = FIRST, **content: str) -> DrawStep:
    return DrawStep(
        task=docket.living_task.id,
        act=act,
        step=step,
        department=docket.department,
        content={"actor": docket.submission.actor, **content},
        submission=docket.by,
    )
