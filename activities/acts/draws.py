"""Stage 3: commitments, the request for a draw act, its approval, the reveals (抽取检查对象)."""

from datetime import timedelta

from sqlmodel import Session, col, select

from activities.acts.launch import office_department
from activities.acts.sampling import needs_rising_table
from activities.clocks import Clocks
from activities.docket import Docket, Target, ruling
from models.papers import ApproveDraw, CommitSecret, MatchAgain, RequestDraw, RevealLink
from models.registers import RegisterConfirmation
from models.task import ActStep, Commitment, DrawAct, DrawStep, JointTask, TakingPart
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
        raise Refusal("NotTakingPart", "只有参与抽取的部门可以提交承诺值")
    stored = docket.session.get(Commitment, (task.id, docket.department, 1))
    if stored is not None:
        if stored.commitment != paper.commitment:
            raise Refusal("AlreadyCommitted", "承诺值已提交，不能更换")
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
    """The initiator asks for the first draw; refused until everything that it will hash is in order."""
    docket.initiator_only()
    session, task = docket.session, docket.living_task
    if paper.act != Kind.FIRST:
        raise Refusal("ActNotOffered", "目前只受理首次抽取；更换对象、增加数量和重新抽取请报领导小组办公室")
    if task.stage is not Stage.DRAW:
        raise Refusal("WrongStage", "全部配合部门领取办结后才能申请抽取")
    if session.get(DrawAct, (task.id, FIRST)) is not None:
        raise Refusal("AlreadyRequested", "首次抽取已经申请")
    _check_register(docket)
    _check_rising(docket)
    session.add(DrawAct(task=task.id, number=FIRST, kind=Kind.FIRST, reason=paper.reason))
    session.add(_step(docket, ActStep.REQUESTED))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/request-draw/{FIRST}", by=docket.by)
    docket.clocks.open(
        WaitKind.APPROVE_DRAW,
        key=f"{task.id}/approve-draw/{FIRST}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=task.initiator,
        opened_by=docket.by,
    )


@ruling(Target.TASK, ApproveDraw, Role.APPROVER, Role.HEAD)
def approve(docket: Docket, paper: ApproveDraw) -> None:
    """The initiator's approver lets the act be fixed; nobody approves their own request."""
    docket.initiator_only()
    session, task = docket.session, docket.living_task
    requested = session.get(DrawStep, (task.id, paper.act, ActStep.REQUESTED, task.initiator))
    if requested is None:
        raise Refusal("NothingToApprove", f"第{paper.act}次抽取尚未申请")
    if session.get(DrawStep, (task.id, paper.act, ActStep.APPROVED, task.initiator)) is not None:
        return
    if requested.content.get("actor") == docket.submission.actor:
        raise Refusal("SecondPersonNeeded", "抽取须由申请人以外的人批准")
    session.add(_step(docket, ActStep.APPROVED, paper.act))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/approve-draw/{paper.act}", by=docket.by)


@ruling(Target.TASK, RevealLink, Role.HANDLER, Role.OFFICE)
def reveal(docket: Docket, paper: RevealLink) -> None:
    """A department opens the act's link; it is checked by hashing down to the commitment."""
    session, task = docket.session, docket.living_task
    if session.get(DrawStep, (task.id, paper.act, ActStep.FIXED, "")) is None:
        raise Refusal("NotFixed", f"第{paper.act}次抽取尚未锁定，不能揭示")
    commitment = session.get(Commitment, (task.id, docket.department, 1))
    if commitment is None:
        raise Refusal("NotCommitted", "本部门没有提交承诺值，不参与揭示")
    if session.get(DrawStep, (task.id, paper.act, ActStep.REVEALED, docket.department)) is not None:
        return
    if not opens(paper.link, paper.act, commitment.commitment):
        raise Refusal("LinkWrong", "揭示的随机值与承诺值不符，请核对本部门保存的秘密")
    session.add(_step(docket, ActStep.REVEALED, paper.act, link=paper.link))
    session.flush()
    docket.clocks.settle_key(f"{task.id}/reveal/{paper.act}/{docket.department}", by=docket.by)


@ruling(Target.TASK, MatchAgain, Role.HANDLER)
def match_again(docket: Docket, _: MatchAgain) -> None:
    """Stage 4: the registers were mended; match again what is still unmatched."""
    part = docket.part()
    if docket.living_task.stage < Stage.MATCH or part.matched == part.subjects:
        raise Refusal("NothingToMatch", "没有待匹配的检查对象")
    part.match_asked = part.match_run + 1


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
