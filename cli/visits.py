"""A department's visits in a task, with what people know them by."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from cli.tables import mask
from models.registers import Officer, Subject
from models.task import Assignment, Visit
from rules.stages import VisitStage


def visits_of(
    session: Session, task: str, department: str, stages: Sequence[VisitStage] = ()
) -> list[tuple[Visit, Subject]]:
    """A department's visits with their subjects, in the drawn order's dates, then by code."""
    statement = (
        select(Visit, Subject)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(col(Visit.task) == task, col(Visit.department) == department)
        .order_by(col(Visit.first_day), col(Subject.code))
    )
    if stages:
        statement = statement.where(col(Visit.stage).in_(stages))
    return list(session.exec(statement).all())


def officers_of(session: Session, task: str, department: str) -> dict[str, list[Officer]]:
    """The officers matched to each visit of a department, the leader first."""
    rows = session.exec(
        select(Assignment.visit, Officer)
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Visit, col(Visit.id) == col(Assignment.visit))
        .where(
            col(Visit.task) == task, col(Visit.department) == department, col(Assignment.current).is_(True)
        )
        .order_by(col(Assignment.leader).desc(), col(Officer.code))
    )
    found: dict[str, list[Officer]] = defaultdict(list)
    for visit, officer in rows:
        found[visit].append(officer)
    return found


def visit_view(visit: Visit, subject: Subject, officers: Sequence[Officer]) -> dict[str, Any]:
    """A visit as its department sees it; officers by certificate number, names masked."""
    return {
        "visit": visit.id,
        "code": subject.code,
        "name": subject.name,
        "address": subject.address,
        "stage": visit.stage.value,
        "stage_name": visit.stage.label,
        "cycle": visit.cycle,
        "officers": [officer.code for officer in officers],
        "officer_names": [mask(officer.name) for officer in officers],
        "first_day": visit.first_day,
        "last_day": visit.last_day,
        "completed_on": visit.completed_on,
        "shortage": visit.facts.get("shortage", "") if visit.stage is VisitStage.UNMATCHED else "",
        "due": visit.last_day if visit.completed_on is None else visit.due_day,
    }
