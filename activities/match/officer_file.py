"""A department's officers' file (执法人员档案): own officers and borrowed ones, as the match looks at them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

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


def freeze_officers(
    session: Session, task: str, department: str, officers: Sequence[Officer], today: date
) -> list[dict[str, Any]]:
    """All that the match will look at of a department's pool, hashed before any link opens.

    `capacity` is what the running tasks leave, `load` the year's visits; areas that were widened for
    this task count as the officer's own.
    """
    loads = _loads(session, officers, date(today.year, 1, 1))
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
            "capacity": max(0, row.capacity - loads.get(row.id, _FREE).unfinished),
            "load": loads.get(row.id, _FREE).year,
        }
        for row in officers
    ]


class _Load(NamedTuple):
    """Current assignments of an officer, for whatever body: unfinished ones of running tasks, and the year's."""

    unfinished: int
    year: int


_FREE = _Load(0, 0)


def _loads(session: Session, officers: Sequence[Officer], since: date) -> dict[str, _Load]:
    """What each officer has to do; the year's visits count from their first day."""
    homes = sorted({officer.department for officer in officers})
    open_task, unchecked = col(JointTask.status) == TaskStatus.OPEN, col(Visit.completed_on).is_(None)
    rows = session.exec(
        select(
            Assignment.officer,
            func.count().filter(open_task, unchecked),
            func.count().filter(col(Visit.first_day) >= since),
        )
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Visit, col(Visit.id) == col(Assignment.visit))
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(col(Officer.department).in_(homes), col(Assignment.current).is_(True))
        .where((open_task & unchecked) | (col(Visit.first_day) >= since))
        .group_by(col(Assignment.officer))
    )
    return {officer: _Load(unfinished, year) for officer, unfinished, year in rows}


def reserve(session: Session, task: str, department: str) -> list[Officer]:
    """The pool, with the departments whose officers are matched held until the transaction ends.

    Two tasks that match at the same moment would otherwise give away the same capacity.
    """
    officers = pool(session, task, department)
    for home in sorted({department, *(officer.department for officer in officers)}):
        session.get_one(Department, home, with_for_update=True)
    return officers
