"""What every task that moves in has: its row, its departments, its trail (移入)."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlmodel import Session

from activities.acts.approvals import former_of, row_of
from activities.acts.launch import tell_row
from activities.authority import name_of
from activities.desk.notices import notify
from activities.draw.received import moved_in, received_of
from activities.exchange.declaring import declare_claim, declare_task
from activities.papers.docket import Docket
from models.operations import MovedIn
from models.papers import MoveTaskIn, MovingPaper
from models.plan import PlanRowVersion
from models.task import JointTask, Part, TakingPart
from rules.calendar import TZ
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, Stage, TaskStatus


def replaced(docket: Docket, paper: MovingPaper) -> JointTask | None:
    """The cancelled task that was moved in wrongly and is moved in anew; refuses `AlreadyLaunched` for any other."""
    former = former_of(docket.session, paper)
    if former is None:
        return None
    wrong = moved_in(docket.session, former.id)
    if former.status is not TaskStatus.CANCELLED or wrong is None:
        more = "；移入有误的请先撤销（task cancel），更正后再移入" if wrong is not None else "，请核对轮次"
        raise Refusal(
            "AlreadyLaunched", f"本系统已有该轮任务 {former.id}（{former.status.label}），不能再移入{more}"
        )
    return former


def check_same_draw(session: Session, former: JointTask, paper: MoveTaskIn) -> None:
    """A transcript is corrected on the same draw; another draw would be a re-draw by the back door."""
    before = received_of(session, former.id)
    if before is not None and before.record_sha256 != paper.record_sha256:
        raise Refusal(
            "DrawnAnew",
            f"抽取记录与已撤销的 {former.id} 不是同一份：重新抽取的不能移入，请在本系统重新发起"
            f"（task approve-launch {paper.document} {paper.seq} --round {paper.round}，再 task start）",
        )


def begin_task(
    docket: Docket,
    paper: MovingPaper,
    row: PlanRowVersion,
    window: tuple[date, date],
    former: JointTask | None,
    stage: Stage,
) -> JointTask:
    """The task as of the day on which it was begun there, marked as moved in."""
    base = f"{paper.document}/{paper.seq}/{paper.round}"
    launch = former.launch + 1 if former else 1
    task = JointTask(
        id=base if launch == 1 else f"{base}/{launch}",
        office=docket.office,
        document=paper.document,
        seq=paper.seq,
        round=paper.round,
        launch=launch,
        replaces=former.id if former else None,
        row=row_of(docket.session, docket.office, paper.document, paper.seq)[1].id or 0,
        row_version=row.version,
        name=row.name,
        initiator=row.initiator or "",
        window_first=window[0],
        window_last=window[1],
        stage=stage,
        opened_at=datetime.combine(paper.opened_on, time(), TZ),
        stage_since=docket.now,
    )
    docket.session.add(task)
    docket.session.flush()
    docket.session.add(
        MovedIn(
            task=task.id,
            portal=paper.portal,
            number=paper.number,
            opened_on=paper.opened_on,
            file_sha256=paper.file_sha256,
            submission=docket.by,
        )
    )
    docket.session.flush()
    return task


def begin_parts(docket: Docket, task: JointTask, paper: MovingPaper) -> list[TakingPart]:
    """The departments as they answered there."""
    made = [
        TakingPart(
            task=task.id,
            department=one.department,
            part=Part.INITIATOR if one.department == task.initiator else Part.PARTNER,
            claim=one.claim,
            stage=task.stage,
            stage_since=docket.now,
            offers=1 if one.claim.settled and one.department != task.initiator else 0,
        )
        for one in paper.parts
    ]
    docket.session.add_all(made)
    docket.session.flush()
    return made


def record(
    docket: Docket, task: JointTask, parts: Sequence[TakingPart], paper: MovingPaper, words: str
) -> None:
    """The trail, the platform, the row's watch and the departments are told."""
    session = docket.session
    declare_task(session, task, "launched", docket.now)
    for part in parts:
        if part.part is Part.PARTNER and part.claim is Claim.CLAIMED:
            declare_claim(session, task, part, docket.now)
        notify(
            session,
            part.department,
            Role.HANDLER,
            key=f"{task.id}/moved-in/{part.department}",
            event="moved_in",
            text=f"任务 {task.id}（{task.name}）已由{paper.portal}移入，{words}",
            now=docket.now,
            task=task.id,
        )
    tell_row(docket, task, "launched")
    docket.audit_task(
        task.id,
        "task.moved_in",
        portal=paper.portal,
        number=paper.number,
        file=paper.file_sha256,
        stage=paper.stage,
        initiator=name_of(session, task.initiator),
        claims={one.department: str(one.claimed_on) for one in paper.parts if one.claimed_on},
        replaces=task.replaces,
    )
