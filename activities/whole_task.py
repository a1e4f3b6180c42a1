"""Entry clocks that a plan lets run from the completion of the whole task (自全部检查完成起算; domain, 6)."""

from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, func, select

from activities.clocks import Clocks
from activities.moving import tell_moved, visit_due
from activities.passage import VISITS_CLOCK
from activities.reckoning import Terms
from models.task import JointTask, Visit
from models.trail import Cause, Wait
from rules.policy import PolicyKey
from rules.stages import VisitStage
from rules.waits import WaitKind

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


def begin(clocks: Clocks, task: JointTask, visit: Visit) -> None:
    """Let a checked subject's clock begin on the day on which all checks are expected to be done."""
    if runs_from_the_whole(clocks, task, visit.department):
        visit.clock_from = expected_completion(clocks.session, task.id)
        visit_due(clocks, visit)


def complete(clocks: Clocks, task: JointTask, why: str) -> None:
    """Once no check is open any more, every clock that waited for that begins on the last check's day."""
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
        _begin_anew(clocks, wait, moved[wait.id], day, why)


def _begin_anew(clocks: Clocks, wait: Wait, visit: Visit, day: date, why: str) -> None:
    before = clocks.deadline(wait)
    own = WaitKind(wait.kind) in VISITS_CLOCK
    terms = replace(
        Terms.of(before),
        anchor=day if own else before.anchor,
        no_later=visit.due_day if before.no_later is not None else None,
    )
    # Its key names the expected day: who is put under that day later must not find this wait.
    wait.key = f"{wait.key}#whole"
    tell_moved(clocks, wait, before, clocks.renew(wait, terms, Cause.CORRECTED), why)
