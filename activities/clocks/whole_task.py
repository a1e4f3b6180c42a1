"""Entry clocks that a plan lets run from the completion of the whole task (自全部检查完成起算)."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, func, select

from activities.clocks.moving import begin_on, visit_due
from activities.clocks.waits import Clocks
from models.task import JointTask, Visit
from rules.policy import PolicyKey
from rules.stages import VisitStage

_UNCHECKED = (VisitStage.UNMATCHED, VisitStage.MATCHED)
_CHECKED = (
    VisitStage.VISITED,
    VisitStage.RETURNED,
    VisitStage.SUBMITTED,
    VisitStage.APPROVED,
    VisitStage.RECEIPTED,
)


def runs_from_the_whole(clocks: Clocks, task: JointTask, department: str) -> bool:
    """Whether the 20 working days run from the task's completion, not from each check's."""
    anchor = clocks.policies.value(PolicyKey.ENTRY_ANCHOR, department, task.document)
    return bool(anchor == "task_completion")


def expected_completion(session: Session, task: str) -> date | None:
    """The day on which all checks are done as it looks now: what is open counts to its period's last day."""
    planned = select(func.max(Visit.last_day)).where(
        col(Visit.task) == task, col(Visit.stage).in_(_UNCHECKED)
    )
    done = select(func.max(Visit.completed_on)).where(col(Visit.task) == task)
    days = (session.exec(planned).one(), session.exec(done).one())
    return max((day for day in days if day is not None), default=None)


def begin(clocks: Clocks, task: JointTask, department: str, visits: Sequence[Visit]) -> None:
    """Let a department's checked subjects begin on the day on which all checks are expected to be done."""
    if runs_from_the_whole(clocks, task, department):
        clocks.session.flush()
        day = expected_completion(clocks.session, task.id)
        for visit in visits:
            visit.clock_from = day
            visit_due(clocks, visit)


def complete(clocks: Clocks, task: JointTask, why: str) -> None:
    """Once no check is open any more, every clock that waited for that begins on the last check's day."""
    if not clocks.policies.ruled(PolicyKey.ENTRY_ANCHOR):
        # No clock of this office waits for a whole task: every recorded check comes by here.
        return
    session = clocks.session
    session.flush()
    unchecked = select(Visit.id).where(col(Visit.task) == task.id, col(Visit.stage).in_(_UNCHECKED)).limit(1)
    day = expected_completion(session, task.id)
    if day is None or session.exec(unchecked).first() is not None:
        return
    moved: dict[str, Visit] = {}
    for visit in session.exec(
        select(Visit).where(
            col(Visit.task) == task.id, col(Visit.clock_from).is_not(None), col(Visit.stage).in_(_CHECKED)
        )
    ):
        if visit.clock_from != day:
            visit.clock_from = day
            visit_due(clocks, visit)
            moved |= {visit.wait: visit} if visit.wait else {}
    for wait in clocks.waits(moved):
        # Its key names the expected day: who is put under that day later must not find this wait.
        wait.key = f"{wait.key}#whole"
        begin_on(clocks, wait, moved[wait.id], day, why)
