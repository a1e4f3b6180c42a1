"""Where a task stands: derived from its rows in the transaction that changed them, read back as Progress."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from activities import audit
from activities.acts.draws import open_draw
from activities.acts.preparation import confirmed
from activities.acts.summaries import open_summary
from activities.clocks import Clocks
from activities.contributions import (
    CONTRIBUTIONS,
    awaits_value,
    chains,
    contributors,
    first_drawn,
    opened_links,
    settled,
)
from activities.declaring import declare_task
from activities.received import received_of
from activities.register_state import held
from activities.takeover import take_over
from models.messages import ActProgress, BranchProgress, Progress, WaitLine
from models.organisation import Department
from models.outcomes import Summary
from models.task import ActStep, Aspect, DrawAct, DrawStep, JointTask, Part, TakingPart
from models.trail import Deadline, Outbox, Wait
from rules.stages import Claim, Stage, TaskStatus, branch_stage

SHOWN_WAITS = 8
"""How many waits travel in a message: the most urgent; all others are read from SQL."""


def living_parts(session: Session, task: str) -> list[TakingPart]:
    """The departments that take part and were not released, the initiator first."""
    rows = session.exec(
        select(TakingPart).where(col(TakingPart.task) == task, col(TakingPart.claim) != Claim.RELEASED)
    ).all()
    return sorted(rows, key=lambda row: (row.part is not Part.INITIATOR, row.department))


def advance(clocks: Clocks, task: JointTask) -> None:
    """Move task and departments to the stage that their rows say, and open what the new stage needs.

    Called at the end of every transaction that touches a task, so that SQL never disagrees with itself.
    """
    if task.status is not TaskStatus.OPEN:
        return
    # Answers of steps that ran side by side may come in any order: the newest state wins by its version.
    task.version += 1
    clocks.session.flush()
    parts = living_parts(clocks.session, task.id)
    if task.stage is Stage.INITIATE and len(confirmed(clocks.session, task.id)) == len(Aspect):
        _enter(clocks, task, parts, Stage.NOTIFY)
    if task.stage is Stage.NOTIFY and all(part.claim.settled for part in parts):
        _enter(clocks, task, parts, Stage.DRAW)
        received = received_of(clocks.session, task.id)
        if received is None:
            open_draw(clocks, task)
        else:
            take_over(clocks, task, received)
    if task.stage is Stage.DRAW and first_drawn(clocks.session, task.id):
        _enter(clocks, task, parts, Stage.MATCH)
    if task.stage >= Stage.MATCH:
        _advance_parts(clocks, parts)
        earliest = min((part.stage for part in parts), default=Stage.OVER)
        if earliest is not task.stage:
            task.stage, task.stage_since = earliest, clocks.now
        if earliest is Stage.OVER:
            _close(clocks, task)
    task.level = _level(clocks.session, f"joint-task/{task.id}")
    clocks.session.flush()


def read_progress(session: Session, task_id: str) -> Progress:
    """All that a workflow is told of its task: stages, counts, the most urgent waits, the next rung."""
    task = session.get_one(JointTask, task_id)
    scope = f"joint-task/{task_id}"
    parts = living_parts(session, task_id)
    names = _names(session, [part.department for part in parts])
    total, rung = _outstanding(session, scope)
    # Rows filed years ago may have been sent; only unsent ones count.
    unsent = session.exec(
        select(func.count()).where(col(Outbox.source) == task_id, col(Outbox.sent_at).is_(None))
    ).one()
    return Progress(
        task=task.id,
        office=task.office,
        document=task.document,
        name=task.name,
        version=task.version,
        status=task.status,
        stage=task.stage,
        since=task.stage_since,
        level=task.level,
        branches=tuple(_branch(part, names[part.department]) for part in parts),
        act=_act(session, task),
        waits=wait_lines(session, *_open_in(scope), limit=SHOWN_WAITS),
        waits_open=total,
        next_rung=rung,
        to_offer=task.stage is Stage.NOTIFY and any(part.claim is Claim.NONE for part in parts),
        outbox=unsent,
    )


def open_waits(session: Session, scope: str, limit: int = SHOWN_WAITS) -> tuple[tuple[WaitLine, ...], int]:
    """The most urgent open waits of a scope, and how many are open in all."""
    condition = (col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    total = session.exec(select(func.count()).select_from(Wait).where(*condition)).one()
    return wait_lines(session, *condition, limit=limit), total


def _open_in(scope: str) -> tuple[ColumnElement[bool], ...]:
    return (col(Wait.scope) == scope, col(Wait.closed_at).is_(None))


def _outstanding(session: Session, scope: str) -> tuple[int, datetime | None]:
    """How many waits of a scope are open, and the earliest next rung of them all: the timer's moment."""
    return session.exec(
        select(func.count(), func.min(Deadline.next_rung))
        .select_from(Wait)
        .outerjoin(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(*_open_in(scope))
    ).one()


def wait_lines(session: Session, *condition: ColumnElement[bool], limit: int) -> tuple[WaitLine, ...]:
    """Waits as people see them, the most urgent first."""
    rows = session.exec(
        select(Wait, Deadline, Department.name)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .join(Department, col(Department.id) == col(Wait.department))
        .where(*condition)
        .order_by(col(Deadline.due), col(Wait.key))
        .limit(limit)
    ).all()
    return tuple(wait_line(wait, deadline, name) for wait, deadline, name in rows)


def wait_line(wait: Wait, deadline: Deadline, name: str) -> WaitLine:
    """A wait of the department of that name."""
    return WaitLine(
        id=wait.id,
        department=wait.department,
        name=name,
        role=wait.role.value,
        kind=wait.kind,
        stage=wait.stage,
        open=wait.open,
        total=wait.total,
        since=wait.opened_at,
        due=deadline.due,
        next_rung=deadline.next_rung,
        level=wait.level,
        provisional=deadline.provisional,
        suspended=deadline.suspended,
    )


def next_rung(session: Session, scope: str) -> datetime | None:
    """The earliest next rung of all open waits of a scope: the one timer's moment."""
    return session.exec(
        select(Deadline.next_rung)
        .join(Wait, col(Wait.id) == col(Deadline.wait))
        .where(
            col(Wait.scope) == scope,
            col(Wait.closed_at).is_(None),
            col(Deadline.current).is_(True),
            col(Deadline.next_rung).is_not(None),
        )
        .order_by(col(Deadline.next_rung))
        .limit(1)
    ).first()


def _enter(clocks: Clocks, task: JointTask, parts: list[TakingPart], stage: Stage) -> None:
    task.stage, task.stage_since = stage, clocks.now
    for part in parts:
        part.stage, part.stage_since = stage, clocks.now


def _advance_parts(clocks: Clocks, parts: list[TakingPart]) -> None:
    for part in parts:
        stage = branch_stage(
            subjects=part.subjects,
            matched=part.matched,
            visited=part.visited,
            receipted=part.receipted,
            published=part.published,
        )
        if part.match_run == 0:
            stage = Stage.MATCH
        if stage is Stage.FOLLOW_UP:
            stage = _follow_up(clocks, part)
        if stage is not part.stage:
            part.stage, part.stage_since = stage, clocks.now


def _follow_up(clocks: Clocks, part: TakingPart) -> Stage:
    """Stage 8 of one department: its summary, its disposals, a supplement where they ended after it."""
    if part.summaries == 0:
        open_summary(clocks, part)
    if part.disposals_open or part.summaries_open:
        return Stage.FOLLOW_UP
    if part.disposals and _open_at_summary(clocks.session, part):
        open_summary(clocks, part)
        return Stage.FOLLOW_UP
    return Stage.OVER


def _open_at_summary(session: Session, part: TakingPart) -> bool:
    """Whether disposals were still open when the newest summary was made."""
    newest = session.get_one(Summary, (part.task, part.department, part.summaries))
    return newest.disposals_open > 0


def _close(clocks: Clocks, task: JointTask) -> None:
    task.status, task.closed_at = TaskStatus.CLOSED, clocks.now
    declare_task(clocks.session, task, "closed", clocks.now)
    audit.record(clocks.session, audit.task_chain(task.id), "task.closed", at=clocks.now)


def _level(session: Session, scope: str) -> int:
    statement = select(func.max(Wait.level)).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    return session.exec(statement).one() or 0


def _act(session: Session, task: JointTask) -> ActProgress:
    """What the machine has to do next for the newest draw act."""
    rows = session.exec(
        select(DrawAct, DrawStep.step)
        .outerjoin(
            DrawStep,
            (col(DrawStep.task) == col(DrawAct.task)) & (col(DrawStep.act) == col(DrawAct.number)),
        )
        .where(col(DrawAct.task) == task.id)
        .order_by(col(DrawAct.number).desc())
    ).all()
    if not rows:
        return ActProgress()
    act = rows[0][0]
    done = {step for one, step in rows if one.number == act.number}
    if done & {ActStep.DRAWN, ActStep.VOID}:
        return ActProgress(number=act.number)
    if ActStep.FIXED not in done:
        committed = set(chains(session, task.id, act.number))
        ready = ActStep.APPROVED in done and committed >= set(contributors(session, task, act.number))
        return ActProgress(number=act.number, to_fix=ready and not held(session, task, act.number))
    too_few = len(opened_links(session, task.id, act.number)) < CONTRIBUTIONS
    ready = settled(session, task, act.number) and (too_few or not awaits_value(session, task, act))
    return ActProgress(number=act.number, to_draw=ready)


def _names(session: Session, departments: list[str]) -> dict[str, str]:
    rows = session.exec(select(Department).where(col(Department.id).in_(departments)))
    return {row.id: row.name for row in rows}


def _branch(part: TakingPart, name: str) -> BranchProgress:
    return BranchProgress(
        department=part.department,
        name=name,
        initiator=part.part is Part.INITIATOR,
        claim=part.claim,
        stage=part.stage,
        since=part.stage_since,
        subjects=part.subjects,
        matched=part.matched,
        visited=part.visited,
        approved=part.approved,
        receipted=part.receipted,
        published=part.published,
        disposals=part.disposals,
        disposals_open=part.disposals_open,
        summaries_open=part.summaries_open,
        to_match=part.stage >= Stage.MATCH and part.match_run < part.match_asked,
    )
