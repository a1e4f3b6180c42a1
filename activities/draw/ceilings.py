"""Who has been checked often or lately enough: yearly counts and recent visits of all tasks (年度上限)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from activities.clocks.waits import Clocks
from models.task import JointTask, Visit
from rules.policy import PolicyKey
from rules.stages import TaskStatus, VisitStage

LOW_RISK = "A"


@dataclass(frozen=True)
class History:
    """What this office's other tasks have done to subjects, by their ids.

    `year` counts this year's tasks per subject and department; `recent` names the last day of a check
    inside the look-back period.
    """

    year: dict[str, dict[str, int]] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)
    recent: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Ceilings:
    """The policies that a history is judged by."""

    low: int
    body: int | None
    departments: frozenset[str]

    def reached(self, subject: str, class_: str, history: History) -> bool:
        """Whether one more draw this year would go beyond a ceiling."""
        if class_ == LOW_RISK and history.tasks.get(subject, 0) >= self.low:
            return True
        counts = history.year.get(subject, {})
        return self.body is not None and any(counts.get(name, 0) >= self.body for name in self.departments)


def history_of(clocks: Clocks, task: JointTask) -> History:
    """This year's visits of all other tasks of the office, taken-back ones and cancelled tasks left out."""
    first = date(clocks.today.year, 1, 1)
    back = timedelta(days=int(clocks.policies.value(PolicyKey.RECENT_VISIT_DAYS)))
    columns = (col(Visit.subject), col(Visit.department), col(Visit.task), col(Visit.completed_on))
    rows = clocks.session.execute(
        core_select(*columns)
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(
            col(JointTask.office) == task.office,
            col(JointTask.id) != task.id,
            col(JointTask.status) != TaskStatus.CANCELLED,
            col(Visit.stage) != VisitStage.WITHDRAWN,
            (col(Visit.first_day) >= first) | (col(Visit.completed_on) >= clocks.today - back),
        )
    )
    by_body: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    recent: dict[str, date] = {}
    for subject, department, other, completed in rows:
        by_body[subject][department].add(other)
        if completed is not None and completed >= clocks.today - back:
            recent[subject] = max(completed, recent.get(subject, completed))
    return History(
        year={
            subject: {department: len(tasks) for department, tasks in bodies.items()}
            for subject, bodies in by_body.items()
        },
        tasks={subject: len(set().union(*bodies.values())) for subject, bodies in by_body.items()},
        recent=recent,
    )


def ceilings_of(clocks: Clocks, departments: list[str]) -> Ceilings:
    """The office's ceilings for a task of these departments."""
    body: Any = clocks.policies.value(PolicyKey.YEARLY_CEILING_BODY)
    low = int(clocks.policies.value(PolicyKey.YEARLY_CEILING_LOW))
    return Ceilings(low, None if body is None else int(body), frozenset(departments))


def running_overlaps(session: Session, task: JointTask) -> list[tuple[str, str, str, date, date]]:
    """Subjects of this task that another running task has drawn too and not checked yet.

    (subject, other task, other department, first day, last day): offered for one joint visit.
    """
    unchecked = (VisitStage.UNMATCHED, VisitStage.MATCHED)
    own = select(Visit.subject).where(col(Visit.task) == task.id, col(Visit.stage).in_(unchecked))
    columns = (Visit.subject, Visit.task, Visit.department, Visit.first_day, Visit.last_day)
    rows = session.execute(
        core_select(*(col(column) for column in columns))
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(
            col(JointTask.office) == task.office,
            col(JointTask.id) != task.id,
            col(JointTask.status) == TaskStatus.OPEN,
            col(Visit.stage).in_(unchecked),
            col(Visit.subject).in_(own),
        )
        .order_by(col(Visit.subject), col(Visit.task), col(Visit.department))
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]
