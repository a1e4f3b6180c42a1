"""Stage 1, its beginning and the end by order: launch and cancel a task (发起、撤销)."""

from sqlmodel import Session, col, select

from activities.acts.approvals import approval_for, former_of, row_of
from activities.acts.preparation import open_preparation
from activities.acts.receiving import check_received, receive_list
from activities.authority import name_of
from activities.desk.notices import notify
from activities.exchange.declaring import declare_task, times_reopened
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.plans.rounds import adopted_first, row_id
from activities.plans.rows import version_of
from activities.waking import wake
from models.papers import CancelTask, StartTask
from models.plan import PlanDocument, PlanRow, PlanRowVersion, PlanStatus
from models.task import JointTask, Part, TakingPart
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, Stage, TaskStatus
from rules.window import Window, rounds_due, window_days


@ruling(Target.OFFICE, StartTask, Role.HANDLER)
def start_task(docket: Docket, paper: StartTask) -> None:
    """Launch a round of an adopted row: by its initiator, inside its window or with an approval."""
    session = docket.session
    document, row = row_of(session, docket.office, paper.document, paper.seq)
    standing = adopted_row(session, document, row)
    if docket.department != standing.initiator:
        raise Refusal(
            "InitiatorOnly", f"序号{row.seq}由{name_of(session, standing.initiator)}发起，请联系该部门"
        )
    check_received(docket, standing, paper.received)
    check_round(standing, paper.round)
    former = former_of(session, paper)
    if former is not None and former.status is not TaskStatus.CANCELLED:
        raise Refusal(
            "AlreadyLaunched",
            f"本轮已发起：{former.id}（{former.status.label}），不能重复发起；请用 task show {former.id} 查看进展",
        )
    window = window_of(session, document, standing)
    approval = approval_for(docket, paper, window, former)
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
        row_version=standing.version,
        name=standing.name,
        initiator=standing.initiator,
        window_first=window[0],
        window_last=window[1],
        approval=approval,
        opened_at=docket.now,
        stage_since=docket.now,
    )
    session.add(task)
    session.flush()
    _add_parts(docket, task, standing)
    docket.data = {"task": task.id}
    declare_task(session, task, "launched", docket.now)
    open_preparation(docket, task)
    if paper.received is not None:
        receive_list(docket, task, paper.received)
    wake(
        session,
        f"joint-task/{task.id}",
        "launched",
        source=task.id,
        now=docket.now,
        start="JointTaskWorkflow",
    )
    tell_row(docket, task, "launched")
    docket.audit_task(
        task.id,
        "task.launched",
        approval=approval,
        replaces=task.replaces,
    )


@ruling(Target.TASK, CancelTask, Role.OFFICE)
def cancel_task(docket: Docket, paper: CancelTask) -> None:
    """Cancel by order: waits fall silent, partners are told, officers are freed; nothing is deleted."""
    task = docket.living_task
    if times_reopened(docket.session, task.id):
        raise Refusal(
            "TaskWasClosed",
            f"任务 {task.id} 曾经办结，因其后的处置、撤回恢复办理，不能撤销；请办完恢复的事项",
        )
    task.status, task.closed_at = TaskStatus.CANCELLED, docket.now
    docket.clocks.settle_scope(f"joint-task/{task.id}", by=docket.by)
    declare_task(docket.session, task, "cancelled", docket.now)
    tell_row(docket, task, "cancelled")
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


def adopted_row(session: Session, document: PlanDocument, row: PlanRow) -> PlanRowVersion:
    """The row as it is in force; an adjustment that is not settled yet leaves the former version standing."""
    if document.status is not PlanStatus.ADOPTED or row.version == 0:
        if row.obstacles:
            raise Refusal(
                "RowNotLaunchable",
                f"序号{row.seq}不能发起：{'；'.join(row.obstacles)}；请用 plan set 核定后重新采用",
            )
        raise Refusal("RowNotAdopted", f"序号{row.seq}尚未采用，不能发起；请先 plan adopt {document.id}")
    if row.withdrawn:
        raise Refusal("RowWithdrawn", f"序号{row.seq}已调减，不能发起；可用 plan diff {document.id} 查看调整")
    return version_of(session, document.id, row.seq, row.version)


def tell_row(docket: Docket, task: JointTask, event: str) -> None:
    """The watch over the row reads SQL; it is told, never waited for."""
    wake(
        docket.session,
        row_id(task.document, task.seq),
        event,
        source=task.document,
        now=docket.now,
        start="PlanRowWorkflow",
    )


def check_round(row: PlanRowVersion, number: int) -> None:
    """A row with a frequency makes that many rounds (抽查频次); one without makes one."""
    frequency = row.fields["frequency"]["value"] or {}
    times = frequency.get("times_max") or frequency.get("times") or 1
    due = rounds_due(times, frequency.get("per"), row.from_month, row.to_month)
    if number > due:
        raise Refusal("RoundNotPlanned", f"序号{row.seq}按计划只有{due}轮，没有第{number}轮，请核对轮次")


def window_of(session: Session, document: PlanDocument, row: PlanRowVersion) -> Window:
    """The first and last day on which the row may be launched without an approval."""
    adopted = adopted_first(session, document.id, row.seq)
    return window_days(document.year or 0, row.from_month, row.to_month, adopted)


def _add_parts(docket: Docket, task: JointTask, row: PlanRowVersion) -> None:
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
