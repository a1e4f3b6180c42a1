"""Stage 1: what a launch needs the coordinating office's approval for, used up by one launch (批准发起)."""

from sqlmodel import Session, col, select

from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import ApproveLaunch, MovingPaper, StartTask
from models.plan import PlanDocument, PlanRow
from models.task import ActStep, DrawStep, JointTask, LaunchApproval
from models.trail import Submission
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus
from rules.window import Window, inside


@ruling(Target.OFFICE, ApproveLaunch, Role.OFFICE)
def approve_launch(docket: Docket, paper: ApproveLaunch) -> None:
    """The coordinating office approves a launch outside the window, or again after a cancelled one."""
    row_of(docket.session, docket.office, paper.document, paper.seq)
    former = former_of(docket.session, paper)
    if former is not None and former.status is not TaskStatus.CANCELLED:
        raise Refusal(
            "AlreadyLaunched",
            f"本轮已发起：{former.id}（{former.status.label}），无须批准；须重新发起的，撤销之后再批准",
        )
    if docket.session.get(LaunchApproval, (paper.document, paper.seq, paper.round, paper.number)) is not None:
        raise Refusal("AlreadyApproved", f"批准文号 {paper.number} 已登记，无须重复批准")
    docket.session.add(
        LaunchApproval(
            document=paper.document,
            seq=paper.seq,
            round=paper.round,
            number=paper.number,
            reason=paper.reason,
            submission=docket.by,
        )
    )
    docket.session.flush()
    if former is not None and former.status is TaskStatus.CANCELLED:
        docket.data = {"replaces": former.id}
        docket.audit("launch.relaunch_allowed", number=paper.number, replaces=former.id)


def row_of(session: Session, office: str, document: str, seq: str) -> tuple[PlanDocument, PlanRow]:
    """An office's plan with one of its rows; refuses `RowUnknown`."""
    plan = session.get(PlanDocument, document)
    row = session.exec(
        select(PlanRow).where(col(PlanRow.document) == document, col(PlanRow.seq) == seq)
    ).first()
    if plan is None or plan.office != office or row is None:
        raise Refusal("RowUnknown", f"没有计划 {document} 的序号 {seq}；可用 plan rows {document} 查看")
    return plan, row


def former_of(session: Session, paper: StartTask | ApproveLaunch | MovingPaper) -> JointTask | None:
    """The newest launch of the round that a paper names."""
    return session.exec(
        select(JointTask)
        .where(
            col(JointTask.document) == paper.document,
            col(JointTask.seq) == paper.seq,
            col(JointTask.round) == paper.round,
        )
        .order_by(col(JointTask.launch).desc())
    ).first()


def approval_for(docket: Docket, paper: StartTask, window: Window, former: JointTask | None) -> str | None:
    """The number of the approval that this launch needs and uses up; None where it needs none.

    Outside the window it needs one, and in place of a launch of which a link was opened or that used one itself.
    """
    again = former is not None and (former.approval is not None or _opened(docket.session, former.id))
    if inside(local_day(docket.now), window) and not again:
        return None
    approval = _unused(docket.session, paper, former)
    if approval is not None:
        return approval.number
    if former is not None:
        raise Refusal(
            "RelaunchNotApproved",
            f"{former.id} 已撤销，再次发起须由领导小组办公室在撤销之后另行批准（原批准不能再用）："
            f"task approve-launch {paper.document} {paper.seq} --round {paper.round}",
        )
    first, last = window
    when = f"已于{last}结束" if docket.clocks.today > last else f"自{first}开始"
    raise Refusal(
        "OutsideWindow",
        f"抽查起止时间{when}，窗口外发起须由领导小组办公室先批准："
        f"task approve-launch {paper.document} {paper.seq} --round {paper.round}",
    )


def _opened(session: Session, task: str) -> bool:
    """Whether a launch was drawn, or a link of it is open: who knows a link may wish for another draw."""
    steps = (ActStep.REVEALED, ActStep.DRAWN)
    opened = select(DrawStep.act).where(col(DrawStep.task) == task, col(DrawStep.step).in_(steps))
    return session.exec(opened).first() is not None


def _unused(session: Session, paper: StartTask, former: JointTask | None) -> LaunchApproval | None:
    """The first approval of the round that no launch has used; after a cancelled one, given since."""
    used = select(JointTask.approval).where(
        col(JointTask.document) == paper.document,
        col(JointTask.seq) == paper.seq,
        col(JointTask.round) == paper.round,
        col(JointTask.approval).is_not(None),
    )
    statement = (
        select(LaunchApproval)
        .join(Submission, col(Submission.id) == col(LaunchApproval.submission))
        .where(
            col(LaunchApproval.document) == paper.document,
            col(LaunchApproval.seq) == paper.seq,
            col(LaunchApproval.round) == paper.round,
            col(LaunchApproval.number).not_in(used),
        )
        .order_by(col(Submission.filed_at), col(LaunchApproval.number))
    )
    if former is not None and former.closed_at is not None:
        statement = statement.where(col(Submission.filed_at) >= former.closed_at)
    return session.exec(statement).first()
