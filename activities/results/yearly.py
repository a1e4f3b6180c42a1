"""The figures of a plan's year, of one department or of the whole office, counted in SQL (年度数据)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from activities.results.figures import (
    GONE,
    category_counts,
    class_use,
    disposal_counts,
    drawn_count,
    fact_counts,
    outcome_counts,
    rate,
    stage_counts,
)
from activities.results.unlaunched import unlaunched
from models.organisation import Department
from models.outcomes import Disposal, Referral, YearlyReport
from models.plan import PlanDocument, PlanRow
from models.registers import Subject
from models.task import JointTask, Part, TakingPart, Visit
from models.trail import Deadline, Wait
from rules.calendar import local_day
from rules.stages import Claim, TaskStatus, VisitStage
from rules.waits import WaitKind
from rules.window import rounds_due

_COMPLETED = frozenset(VisitStage) - {VisitStage.UNMATCHED, VisitStage.MATCHED, *GONE}
_ENTERED = frozenset({VisitStage.RECEIPTED, VisitStage.PUBLISHED})


def department_year(session: Session, plan: PlanDocument, department: str, now: datetime) -> dict[str, Any]:
    """A department's year: as initiator and as partner, its own draws (no partner) apart."""
    parts = select(TakingPart.task).where(
        col(TakingPart.department) == department, col(TakingPart.claim) == Claim.CLAIMED
    )
    tasks = (col(JointTask.document) == plan.id, col(JointTask.id).in_(parts))
    part = (
        select(TakingPart.part, func.count())
        .join(JointTask, col(JointTask.id) == col(TakingPart.task))
        .where(*tasks, col(TakingPart.department) == department)
        .group_by(col(TakingPart.part))
    )
    counts = {Part(one): count for one, count in session.exec(part).all()}
    visits = (col(Visit.department) == department, col(Visit.task).in_(_ids(tasks)))
    disposals = (col(Disposal.department) == department, col(Disposal.task).in_(_ids(tasks)))
    owed = (col(Wait.department) == department, col(Wait.task).in_(_ids(tasks)))
    return {
        "department": department,
        "name": session.get_one(Department, department).name,
        **_plan(plan, now),
        "initiated": counts.get(Part.INITIATOR, 0),
        "partnered": counts.get(Part.PARTNER, 0),
        "internal_tasks": _internal(session, tasks),
        **_rows(
            session,
            (col(PlanRow.document) == plan.id, col(PlanRow.initiator) == department),
            (*tasks, col(JointTask.initiator) == department),
        ),
        **_of_visits(session, plan.office, visits, disposals),
        "referrals": _count(
            session, Referral, col(Referral.department) == department, col(Referral.task).in_(_ids(tasks))
        ),
        "unlaunched": unlaunched(session, plan, local_day(now), department),
        "overdue": _overdue(session, owed, now),
        "open_tasks": _open(session, tasks),
    }


def office_year(session: Session, plan: PlanDocument, now: datetime) -> dict[str, Any]:
    """The whole plan's year, with a line for each department."""
    tasks = (col(JointTask.document) == plan.id,)
    visits = (col(Visit.task).in_(_ids(tasks)),)
    disposals = (col(Disposal.task).in_(_ids(tasks)),)
    departments = session.exec(
        select(TakingPart.department)
        .join(JointTask, col(JointTask.id) == col(TakingPart.task))
        .where(*tasks, col(TakingPart.claim) == Claim.CLAIMED)
        .distinct()
        .order_by(col(TakingPart.department))
    ).all()
    return {
        "office": plan.office,
        **_plan(plan, now),
        "internal_tasks": _internal(session, tasks),
        **_rows(session, (col(PlanRow.document) == plan.id,), tasks),
        **_of_visits(session, plan.office, visits, disposals),
        "referrals": _count(session, Referral, col(Referral.task).in_(_ids(tasks))),
        "unlaunched": unlaunched(session, plan, local_day(now)),
        "overdue": _overdue(session, (col(Wait.task).in_(_ids(tasks)),), now),
        "open_tasks": _open(session, tasks),
        **_reported(session, plan),
        "departments": [department_year(session, plan, one, now) for one in departments],
    }


def _reported(session: Session, plan: PlanDocument) -> dict[str, Any]:
    """How many departments have reported, and their own draws added up, as each said them last."""
    rows = session.exec(
        select(YearlyReport)
        .where(col(YearlyReport.document) == plan.id)
        .order_by(col(YearlyReport.department), col(YearlyReport.number))
    ).all()
    said = {row.department: row.internal for row in rows if row.internal}
    sums: Counter[str] = Counter()
    for internal in said.values():
        sums.update(internal)
    return {"reported": len({row.department for row in rows}), "internal": dict(sums)}


def _plan(plan: PlanDocument, now: datetime) -> dict[str, Any]:
    return {
        "document": plan.id,
        "number": plan.number or "",
        "title": plan.title or "",
        "year": plan.year,
        "as_of": local_day(now).isoformat(),
    }


def _ids(tasks: Sequence[ColumnElement[bool]]) -> Any:
    return select(JointTask.id).where(*tasks)


def _rows(
    session: Session, rows: Sequence[ColumnElement[bool]], tasks: Sequence[ColumnElement[bool]]
) -> dict[str, int]:
    """Plan rows, the rounds that they make, and what became of these rounds."""
    planned = session.exec(
        select(PlanRow.fields, PlanRow.from_month, PlanRow.to_month).where(*rows, col(PlanRow.version) > 0)
    ).all()
    due = sum([_rounds(fields, first, last) for fields, first, last in planned])
    status = dict(
        session.exec(
            select(JointTask.status, func.count()).where(*tasks).group_by(col(JointTask.status))
        ).all()
    )
    done = status.get(TaskStatus.CLOSED, 0)
    return {
        "plan_rows": len(planned),
        "rounds_due": due,
        "rounds_launched": done + status.get(TaskStatus.OPEN, 0),
        "rounds_done": done,
        "rounds_cancelled": status.get(TaskStatus.CANCELLED, 0),
    }


def _rounds(fields: Mapping[str, Any], first: int | None, last: int | None) -> int:
    frequency = fields["frequency"]["value"] or {}
    times = frequency.get("times_max") or frequency.get("times") or 1
    return rounds_due(times, frequency.get("per"), first or 1, last or 12)


def _of_visits(
    session: Session,
    office: str,
    visits: Sequence[ColumnElement[bool]],
    disposals: Sequence[ColumnElement[bool]],
) -> dict[str, Any]:
    stages = stage_counts(session, visits)
    counted = sum(count for stage, count in stages.items() if stage not in GONE)
    entered = sum(stages.get(stage, 0) for stage in _ENTERED)
    completed = sum(stages.get(stage, 0) for stage in _COMPLETED)
    published = stages.get(VisitStage.PUBLISHED, 0)
    subjects = session.exec(
        select(func.count(func.distinct(col(Visit.subject)))).where(
            *visits, col(Visit.stage) != VisitStage.WITHDRAWN
        )
    ).one()
    registered = _count(session, Subject, col(Subject.office) == office)
    kinds = disposal_counts(session, disposals)
    return {
        "visits": drawn_count(session, visits),
        "subjects": subjects,
        "registered": registered,
        "coverage": rate(subjects, registered) if registered else "不适用",
        "completed": completed,
        "completion_rate": rate(completed, counted),
        "entered": entered,
        "entry_rate": rate(entered, counted),
        "published": published,
        "publication_rate": rate(published, counted),
        "exempt": stages.get(VisitStage.EXEMPT, 0),
        "facts": fact_counts(session, visits),
        "class_use": class_use(session, visits),
        "categories": category_counts(session, visits),
        "disposals": kinds,
        "disposals_open": sum(one["opened"] - one["ended"] for one in kinds.values()),
        "outcomes": outcome_counts(session, disposals),
    }


def _internal(session: Session, tasks: Sequence[ColumnElement[bool]]) -> int:
    """Tasks of one department alone (本部门双随机)."""
    partners = select(TakingPart.task).where(
        col(TakingPart.part) == Part.PARTNER, col(TakingPart.claim) != Claim.RELEASED
    )
    return session.exec(
        select(func.count()).where(
            *tasks, col(JointTask.status) != TaskStatus.CANCELLED, col(JointTask.id).not_in(partners)
        )
    ).one()


def _overdue(session: Session, owed: Sequence[ColumnElement[bool]], now: datetime) -> list[dict[str, Any]]:
    """What was not done by its due day: by department and kind, how many, and how many still are not."""
    late = col(Wait.closed_at).is_(None) & (col(Deadline.due) <= now) | (
        col(Wait.closed_at) >= col(Deadline.due)
    )
    # More columns than SQLModel's own overloads know.
    rows = session.execute(
        sa_select(
            col(Wait.department),
            col(Wait.kind),
            func.count(),
            func.count(col(Wait.closed_at)),
            func.max(col(Wait.level)),
        )
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(*owed, late)
        .group_by(col(Wait.department), col(Wait.kind))
        .order_by(col(Wait.department), col(Wait.kind))
    ).all()
    return [
        {
            "department": department,
            "why": WaitKind(kind).label,
            "count": count,
            "still_open": count - closed,
            "level": level or 0,
        }
        for department, kind, count, closed, level in rows
    ]


def _open(session: Session, tasks: Sequence[ColumnElement[bool]]) -> list[dict[str, Any]]:
    rows = session.exec(
        select(JointTask).where(*tasks, col(JointTask.status) == TaskStatus.OPEN).order_by(col(JointTask.id))
    )
    return [{"task": row.id, "name": row.name, "stage": row.stage.label} for row in rows]


def _count(session: Session, table: type[Any], *condition: ColumnElement[bool]) -> int:
    return session.exec(select(func.count()).select_from(table).where(*condition)).one()
