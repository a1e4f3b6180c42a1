"""The rounds of a plan that were never launched, each with its reason (未发起的轮次)."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from activities.lookup import chunks
from activities.plans.rounds import year_of
from activities.plans.rows import rows_in_force
from models.organisation import Department
from models.papers import CancelTask
from models.plan import PlanDocument, RoundOmission
from models.task import JointTask
from models.trail import Answer, Outcome, Submission
from rules.plan_rounds import LaunchMode, RoundState
from rules.stages import TaskStatus


def unlaunched(
    session: Session, plan: PlanDocument, today: date, department: str | None = None
) -> list[dict[str, Any]]:
    """Every round of the rows in force that has no task, or only a cancelled one; of one initiator, or of all.

    Rows that another level carries out are not ours to launch.
    """
    rows = [
        row for row in rows_in_force(session, plan.id, plan.version) if department in (None, row.initiator)
    ]
    said = {
        (one.seq, one.round): one.reason
        for one in session.exec(select(RoundOmission).where(col(RoundOmission.document) == plan.id))
    }
    cancelled = _cancelled(session, plan.id)
    names = {one.id: one.name for one in session.exec(select(Department)) if one.office == plan.office}
    found = []
    for row in rows:
        year = year_of(session, plan, row.seq, today)
        if year.mode is LaunchMode.WATCHED:
            continue
        for planned, state in year.rounds:
            if state is RoundState.LAUNCHED:
                continue
            place = (row.seq, planned.number)
            found.append(
                {
                    "seq": row.seq,
                    "name": row.name,
                    "initiator": names.get(row.initiator or "", row.initiator),
                    "round": planned.number,
                    "from": planned.first.isoformat(),
                    "to": planned.last.isoformat(),
                    "state": state.label,
                    "why": said.get(place) or cancelled.get(place) or _WHY.get(state, ""),
                }
            )
    return found


_WHY = {
    RoundState.BEFORE: "计划采用时抽查时间已过",
    RoundState.AHEAD: "抽查时间未到",
    RoundState.OPEN: "抽查时间未过",
    RoundState.OVERDUE: "理由尚未登记",
}


def _cancelled(session: Session, document: str) -> dict[tuple[str, int], str]:
    """By row and round why its last task was cancelled."""
    tasks = {
        task.id: (task.seq, task.round)
        for task in session.exec(
            select(JointTask)
            .where(col(JointTask.document) == document, col(JointTask.status) == TaskStatus.CANCELLED)
            .order_by(col(JointTask.closed_at))
        )
    }
    targets = {f"joint-task/{task}": place for task, place in tasks.items()}
    found = {place: f"任务 {task} 已撤销" for task, place in tasks.items()}
    for some in chunks(targets):
        for row in session.exec(
            select(Submission)
            .join(Answer, col(Answer.submission) == col(Submission.id))
            .where(
                col(Submission.kind) == CancelTask.kind,
                col(Submission.target).in_(some),
                col(Answer.outcome) == Outcome.ACCEPTED,
            )
            .order_by(col(Submission.filed_at))
        ):
            task = row.target.removeprefix("joint-task/")
            found[targets[row.target]] = f"任务 {task} 已撤销：{row.content['reason']}"
    return found
