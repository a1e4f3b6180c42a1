"""The counters of a task counted by hand, from the rows that they stand for."""

from collections import Counter

from sqlmodel import Session, col, select

from models.outcomes import Disposal, Summary
from models.task import TakingPart, Visit
from models.trail import Wait
from rules.stages import VisitStage

_ORDER = {
    VisitStage.MATCHED: 1,
    VisitStage.VISITED: 2,
    VisitStage.RETURNED: 2,
    VisitStage.SUBMITTED: 3,
    VisitStage.APPROVED: 4,
    VisitStage.RECEIPTED: 5,
    VisitStage.PUBLISHED: 6,
}
_NAMES = ("matched", "visited", "submitted", "approved", "receipted", "published")


def kept(session: Session, task: str) -> dict[str, dict[str, int]]:
    """The counters as they are kept, by department."""
    names = ("subjects", *_NAMES, "disposals", "disposals_open", "summaries", "summaries_open")
    parts = session.exec(select(TakingPart).where(col(TakingPart.task) == task))
    return {part.department: {name: getattr(part, name) for name in names} for part in parts}


def counted(session: Session, task: str) -> dict[str, dict[str, int]]:
    """The same figures, from visits, disposals and summaries."""
    found: dict[str, dict[str, int]] = {}
    for department in session.exec(select(TakingPart.department).where(col(TakingPart.task) == task)):
        mine = (col(Visit.task) == task, col(Visit.department) == department)
        stages = session.exec(select(Visit.stage).where(*mine)).all()
        living = [stage for stage in stages if stage not in (VisitStage.WITHDRAWN, VisitStage.EXEMPT)]
        disposals = session.exec(
            select(Disposal).where(col(Disposal.task) == task, col(Disposal.department) == department)
        ).all()
        summaries = session.exec(
            select(Summary).where(col(Summary.task) == task, col(Summary.department) == department)
        ).all()
        found[department] = {
            "subjects": len(living),
            **{
                name: sum(_ORDER.get(VisitStage(stage), 0) >= place for stage in living)
                for place, name in enumerate(_NAMES, start=1)
            },
            "disposals": len(disposals),
            "disposals_open": sum(one.closed_at is None for one in disposals),
            "summaries": len(summaries),
            "summaries_open": sum(one.receipted is None for one in summaries),
        }
    return found


def owed(session: Session, task: str) -> dict[str, int]:
    """How many visits hang on each wait."""
    rows = session.exec(select(Visit.wait).where(col(Visit.task) == task, col(Visit.wait).is_not(None)))
    return dict(Counter(str(wait) for wait in rows))


def open_of_visits(session: Session, task: str) -> dict[str, int]:
    """The open count of each wait that visits hang on, as it is kept."""
    kinds = ("visit", "entry", "approval", "receipt", "forward", "proof")
    rows = session.exec(
        select(Wait).where(
            col(Wait.scope) == f"joint-task/{task}", col(Wait.kind).in_(kinds), col(Wait.closed_at).is_(None)
        )
    )
    return {wait.id: wait.open for wait in rows}
