"""Open tasks that nobody is waited for, and that the machine has no next step for (体检：无人待办的任务)."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from activities.doctor.findings import Ailment, Finding
from activities.doctor.rows import PAPER_GRACE
from activities.progress import read_progress
from models.messages import Progress
from models.task import JointTask
from models.trail import Answer, Submission, Wait
from rules.stages import TaskStatus


def idle(session: Session, now: datetime) -> Iterator[Finding]:
    """A line for each: such a task would stand still for ever, and no rung would ever fire for it."""
    owed = select(Wait.task).where(col(Wait.closed_at).is_(None), col(Wait.task).is_not(None))
    unruled = (
        select(Submission.target)
        .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
        .where(col(Answer.submission).is_(None))
    )
    standing = session.exec(
        select(JointTask.id)
        .where(
            col(JointTask.status) == TaskStatus.OPEN,
            col(JointTask.opened_at) < now - PAPER_GRACE,
            col(JointTask.id).not_in(owed),
            ("joint-task/" + col(JointTask.id)).not_in(unruled),
        )
        .order_by(col(JointTask.id))
    ).all()
    for task in standing:
        progress = read_progress(session, task)
        if not _has_next(progress):
            words = f"停在“{progress.stage.label}”；请连同 audit show task/{task} 报运维"
            yield Finding(Ailment.IDLE, task, words, f"starter.py task show {task}")


def _has_next(progress: Progress) -> bool:
    """Whether the machine has something in hand that will lead on."""
    act = progress.act
    matching = any(branch.to_match for branch in progress.branches)
    return (
        act.to_fix
        or act.to_draw
        or progress.to_offer
        or matching
        or bool(progress.outbox or progress.rejected)
    )
