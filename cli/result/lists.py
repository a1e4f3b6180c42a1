"""A department's results as lists show them: the newest of each item, and what corrections made of it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from cli.proposing import worded
from cli.tables import in_chunks
from cli.visits import visits_of
from models.outcomes import Correction, CorrectionDecision, Result, Verdict
from models.papers import MAX_LINES
from models.retractions import RetractedGround, Retraction
from rules.results import Category, Method
from rules.stages import VisitStage


def results_of(session: Session, task: str, own: str, stages: Sequence[VisitStage]) -> list[dict[str, Any]]:
    """A department's newest results with what corrections made of them, a line per visit and item."""
    visits = visits_of(session, task, own, stages)
    newest = newest_of(session, [visit.id for visit, _ in visits])
    gone = _retracted(session, [visit.id for visit, _ in visits])
    corrected = _corrected(session, [row.id for row in newest.values()])
    by_visit: dict[str, list[Result]] = {}
    for (visit_id, _), row in sorted(newest.items()):
        by_visit.setdefault(visit_id, []).append(row)
    return [
        {
            "visit": visit.id,
            "code": subject.code,
            "name": subject.name,
            "stage": visit.stage.value,
            "stage_name": visit.stage.label,
            "due": visit.due_day,
            "result": row.id,
            "item": row.item,
            "cycle": row.cycle,
            "categories": [Category(one).label for one in row.categories],
            "corrected": corrected.get(row.id, ""),
            "finding": row.finding or (f"未检查：{row.not_checked}" if row.not_checked else ""),
            "method": Method(row.method).label if row.method else "",
            "evidence": len(set(row.evidence) - gone),
            "disposal": worded(session, row.disposal),
        }
        for visit, subject in visits
        for row in by_visit.get(visit.id, [])
    ]


def newest_of(session: Session, visits: Sequence[str]) -> dict[tuple[str, str], Result]:
    """The newest result of each visit and item."""
    found: dict[tuple[str, str], Result] = {}
    for piece in in_chunks(visits, MAX_LINES):
        rows = session.exec(select(Result).where(col(Result.visit).in_(piece)).order_by(col(Result.cycle)))
        found |= {(row.visit, row.item): row for row in rows}
    return found


def _retracted(session: Session, visits: Sequence[str]) -> set[str]:
    """What was taken back of these visits' evidence, by id."""
    return {
        ground
        for piece in in_chunks(visits, MAX_LINES)
        for ground in session.exec(
            select(RetractedGround.ground)
            .join(Retraction, col(Retraction.id) == col(RetractedGround.retraction))
            .where(col(Retraction.visit).in_(piece))
        )
    }


def _corrected(session: Session, results: Sequence[str]) -> dict[str, str]:
    """What signed corrections made of results, the last of each."""
    found: dict[str, str] = {}
    for piece in in_chunks(results, MAX_LINES):
        rows = session.exec(
            select(Correction)
            .join(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
            .where(col(Correction.result).in_(piece), col(CorrectionDecision.verdict) == Verdict.APPROVED)
            .order_by(col(Correction.number))
        )
        for row in rows:
            said = [*(Category(one).label for one in row.after["categories"]), row.after.get("finding", "")]
            found[row.result] = "、".join(one for one in said if one)
    return found
