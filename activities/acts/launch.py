"""Stage 1, its beginning and the end by order: launch and cancel a task (发起、撤销)."""

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.preparation import open_preparation
from activities.declaring import declare_task
from activities.docket import Docket, Target, notify, ruling, wake
from activities.windows import rounds_of, window_key
from models.organisation import Department, DepartmentKind
from models.papers import ApproveLaunch, CancelTask, StartTask
from models.plan import PlanDocument, PlanRow, PlanStatus, PlanVersion
from models.task import JointTask, LaunchApproval, Part, TakingPart
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, Stage, TaskStatus
from rules.window import Window, inside, window_days


@ruling(Target.OFFICE, ApproveLaunch, Role.OFFICE)
def approve_launch(docket: Docket, paper: ApproveLaunch) -> None:
    """The coordinating office approves a launch outside the window, with number and reason (domain, 1)."""
    _row(docket.session, docket.office, paper.document, paper.seq)
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


@ruling(Target.OFFICE, StartTask, Role.HANDLER)
def start_task(docket: Docket, paper: StartTask) -> None:
    """Launch a round of an adopted row: by its initiator, inside its window or with an approval."""
    session = docket.session
    document, row = _row(session, docket.office, paper.document, paper.seq)
    if document.status is not PlanStatus.ADOPTED or row.version == 0:
        raise Refusal("RowNotAdopted", f"序号{row.seq}尚未采用，不能发起；请先 plan adopt {document.id}")
    if row.obstacles or row.initiator is None or document.year is None:
        raise Refusal(
            "RowNotLaunchable",
            f"序号{row.seq}不能发起：{'；'.join(row.obstacles)}；请用 plan set 核定后重新采用",
        )
    if docket.department != row.initiator:
        raise Refusal("InitiatorOnly", f"序号{row.seq}由 {row.initiator} 发起，请联系该部门")
    _check_round(row, paper.round)
    former = _former(session, paper)
    if former is not None and former.status is not TaskStatus.CANCELLED:
        raise Refusal(
            "AlreadyLaunched",
            f"本轮已发起：{former.id}（{former.status.label}），不能重复发起；请用 task show {former.id} 查看进展",
        )
    window = _window(session, document, row)
    approval = _approval(docket, paper, window)
    launch = former.launch + 1 if former else 1
    base = f"{paper.document}/{paper.seq}/{paper.round}"
    task = JointTask(
        id=base if launch == 1 else f"{base}/{launch}",
        office=docket.office,
        document=paper.document,
        seq=paper.seq,
        round=paper.round,
        launch=launch,
        replaces=former.id if former else None,
        row=row.id or 0,
        name=row.name,
        initiator=row.initiator,
        window_first=window[0],
        window_last=window[1],
        approval=approval,
        opened_at=docket.now,
        stage_since=docket.now,
    )
    session.add(task)
    session.flush()
    _add_parts(docket, task, row)
    docket.data = {"task": task.id}
    docket.clocks.settle_key(window_key(task.initiator, task.document, task.seq, task.round), by=docket.by)
    declare_task(session, task, "launched", docket.now)
    open_preparation(docket, task)
    wake(
        session,
        f"joint-task/{task.id}",
        "launched",
        source=task.id,
        now=docket.now,
        start="JointTaskWorkflow",
    )
    audit.record(
        session,
        audit.task_chain(task.id),
        "task.launched",
        at=docket.now,
        actor=docket.submission.actor,
        acting_for=docket.submission.acting_for,
        role=docket.submission.role.value,
        department=docket.department,
        detail={"submission": docket.by, "approval": approval, "replaces": task.replaces},
    )


@ruling(Target.TASK, CancelTask, Role.OFFICE)
def cancel_task(docket: Docket, paper: CancelTask) -> None:
    """Cancel by order: waits fall silent, partners are told, officers are freed; nothing is deleted."""
    task = docket.living_task
    task.status, task.closed_at = TaskStatus.CANCELLED, docket.now
    docket.clocks.settle_scope(f"joint-task/{task.id}", by=docket.by)
    declare_task(docket.session, task, "cancelled", docket.now)
    for part in docket.session.exec(select(TakingPart).where(col(TakingPart.task) == task.id)):
        notify(
            docket.session,
            part.department,
            Role.HANDLER,
            key=f"{task.id}/cancelled/{part.department}",
            event="cancelled",
            text=f"任务 {task.id}（{task.name}）已撤销，文号：{paper.approval_number}",
            now=docket.now,
            task=task.id,
            urgent=True,
        )


def office_department(session: Session, office: str) -> str:
    """The body that stands for the coordinating office itself."""
    return session.exec(
        select(Department.id).where(
            col(Department.office) == office, col(Department.kind) == DepartmentKind.OFFICE
        )
    ).one()


def _row(session: Session, office: str, document: str, seq: str) -> tuple[PlanDocument, PlanRow]:
    plan = session.get(PlanDocument, document)
    row = session.exec(
        select(PlanRow).where(col(PlanRow.document) == document, col(PlanRow.seq) == seq)
    ).first()
    if plan is None or plan.office != office or row is None:
        raise Refusal("RowUnknown", f"没有计划 {document} 的序号 {seq}；可用 plan rows {document} 查看")
    return plan, row


def _check_round(row: PlanRow, number: int) -> None:
    """A row with a frequency makes that many rounds (domain, 1); one without makes one."""
    due = rounds_of(row)
    if number > due:
        raise Refusal("RoundNotPlanned", f"序号{row.seq}按计划只有{due}轮，没有第{number}轮")


def _window(session: Session, document: PlanDocument, row: PlanRow) -> Window:
    adopted = session.get_one(PlanVersion, (document.id, row.version)).adopted_on
    return window_days(document.year or 0, row.from_month or 0, row.to_month or 0, adopted)


def _former(session: Session, paper: StartTask) -> JointTask | None:
    return session.exec(
        select(JointTask)
        .where(
            col(JointTask.document) == paper.document,
            col(JointTask.seq) == paper.seq,
            col(JointTask.round) == paper.round,
        )
        .order_by(col(JointTask.launch).desc())
    ).first()


def _approval(docket: Docket, paper: StartTask, window: Window) -> str | None:
    if inside(local_day(docket.now), window):
        return None
    approval = docket.session.exec(
        select(LaunchApproval).where(
            col(LaunchApproval.document) == paper.document,
            col(LaunchApproval.seq) == paper.seq,
            col(LaunchApproval.round) == paper.round,
        )
    ).first()
    if approval is None:
        first, last = window
        when = f"已于{last}结束" if docket.clocks.today > last else f"自{first}开始"
        raise Refusal(
            "OutsideWindow", f"抽查起止时间{when}，窗口外发起须由领导小组办公室先批准：task approve-launch"
        )
    return approval.number


def _add_parts(docket: Docket, task: JointTask, row: PlanRow) -> None:
    for department in [task.initiator, *row.partners]:
        initiator = department == task.initiator
        docket.session.add(
            TakingPart(
                task=task.id,
                department=department,
                part=Part.INITIATOR if initiator else Part.PARTNER,
                claim=Claim.CLAIMED if initiator else Claim.NONE,
                stage=Stage.INITIATE,
                stage_since=docket.now,
            )
        )
    docket.session.flush()
