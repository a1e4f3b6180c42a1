"""A department's officers' file (执法人员档案): own officers and borrowed ones, as the match looks at them."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, func, or_, select

from activities.match.aids import aids
from activities.match.recusals import barred
from models.organisation import Department
from models.registers import Officer
from models.task import AidKind, Assignment, JointTask, Visit
from rules.stages import TaskStatus


def pool(session: Session, task: str, department: str) -> list[Officer]:
    """The officers that a department may send in a task: its own, and those lent to it, by number."""
    lent = [aid.content["officer"] for aid in aids(session, task, department, AidKind.BORROW)]
    rows = session.exec(
        select(Officer)
        .where(or_(col(Officer.department) == department, col(Officer.id).in_(lent)))
        .order_by(col(Officer.code))
    )
    return sorted(rows, key=lambda row: row.code)


def freeze_officers(session: Session, task: str, department: str, today: date) -> list[dict[str, Any]]:
    """All that the match will look at, hashed before any link opens.

    `capacity` is what the running tasks leave, `load` the year's visits; areas that were widened for
    this task count as the officer's own.
    """
    officers = pool(session, task, department)
    busy = load(session, officers)
    year = load(session, officers, since=date(today.year, 1, 1))
    widened = [set(aid.content["areas"]) for aid in aids(session, task, department, AidKind.WIDEN)]
    recused = barred(session, officers)
    anywhere = any(not areas for areas in widened)
    more = set().union(*widened)
    return [
        {
            "code": row.code,
            "certificate_to": row.certificate_to.isoformat(),
            "specialties": sorted(row.specialties),
            "areas": [] if anywhere or not row.areas else sorted({*row.areas, *more}),
            "leave": sorted(row.leave),
            "recusals": sorted(recused[row.id]),
            "capacity": max(0, row.capacity - busy.get(row.id, 0)),
            "load": year.get(row.id, 0),
        }
        for row in officers
    ]


def load(session: Session, officers: list[Officer], *, since: date | None = None) -> dict[str, int]:
    """Current assignments per officer, for whatever body: unfinished ones of running tasks, or all `since`."""
    homes = sorted({officer.department for officer in officers})
    statement = (
        select(Assignment.officer, func.count())
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Visit, col(Visit.id) == col(Assignment.visit))
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(col(Officer.department).in_(homes), col(Assignment.current).is_(True))
        .group_by(col(Assignment.officer))
    )
    if since is None:
        statement = statement.where(
            col(JointTask.status) == TaskStatus.OPEN, col(Visit.completed_on).is_(None)
        )
    else:
        statement = statement.where(col(Visit.first_day) >= since)
    return dict(session.exec(statement).all())


def reserve(session: Session, task: str, department: str) -> None:
    """Hold the departments whose officers are matched until the transaction ends.

    Two tasks that match at the same moment would otherwise give away the same capacity.
    """
    homes = {department, *(officer.department for officer in pool(session, task, department))}
    for home in sorted(homes):
        session.get_one(Department, home, with_for_update=True)
