"""The rates of entry and publication at this moment, naming what is missing (录入率、公示率)."""

from typing import Any

from sqlmodel import Session, col, select

from activities.results.figures import GONE, of_part, rate, stage_counts
from models.organisation import Department
from models.outcomes import Publication, PublicationKind
from models.registers import Subject
from models.task import TakingPart, Visit
from models.trail import Deadline
from rules.stages import Claim, VisitStage

_COMPLETED = frozenset(VisitStage) - {VisitStage.UNMATCHED, VisitStage.MATCHED, *GONE}
_ENTERED = frozenset({VisitStage.RECEIPTED, VisitStage.PUBLISHED})


def rates(session: Session, task: str) -> list[dict[str, Any]]:
    """Per department: how many are checked, entered, public, and who is not, with why."""
    parts = session.exec(
        select(TakingPart, Department.name)
        .join(Department, col(Department.id) == col(TakingPart.department))
        .where(col(TakingPart.task) == task, col(TakingPart.claim) == Claim.CLAIMED)
        .order_by(col(TakingPart.part), col(TakingPart.department))
    ).all()
    return [_of_department(session, part, name) for part, name in parts]


def _of_department(session: Session, part: TakingPart, name: str) -> dict[str, Any]:
    stages = stage_counts(session, of_part(part.task, part.department))
    subjects = sum(count for stage, count in stages.items() if stage not in GONE)
    entered = sum(stages.get(stage, 0) for stage in _ENTERED)
    published = stages.get(VisitStage.PUBLISHED, 0)
    return {
        "department": part.department,
        "department_name": name,
        "subjects": subjects,
        "exempt": stages.get(VisitStage.EXEMPT, 0),
        "completed": sum(stages.get(stage, 0) for stage in _COMPLETED),
        "entered": entered,
        "published": published,
        "entry_rate": rate(entered, subjects),
        "publication_rate": rate(published, subjects),
        "missing": _missing(session, part),
    }


def _missing(session: Session, part: TakingPart) -> list[dict[str, Any]]:
    """Every subject that is not public yet, with the step that it waits for and why it was turned back."""
    rows = session.exec(
        select(Visit, Subject, Publication.rejected, Deadline)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .outerjoin(
            Publication,
            (col(Publication.visit) == col(Visit.id))
            & (col(Publication.kind) == PublicationKind.RESULT)
            & (col(Publication.cycle) == col(Visit.cycle)),
        )
        .outerjoin(Deadline, (col(Deadline.wait) == col(Visit.wait)) & col(Deadline.current).is_(True))
        .where(
            *of_part(part.task, part.department),
            col(Visit.stage).not_in((*GONE, VisitStage.PUBLISHED)),
        )
        .order_by(col(Visit.due_day), col(Subject.code))
    ).all()
    return [
        {
            "visit": visit.id,
            "code": subject.code,
            "name": subject.name,
            "stage": visit.stage.value,
            "stage_name": visit.stage.label,
            "due": deadline.due_day if deadline else visit.due_day or visit.last_day,
            "rejected": rejected or "",
        }
        for visit, subject, rejected, deadline in rows
    ]
