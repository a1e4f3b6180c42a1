"""Drafts of results: kept for their author, resumed, and turned into a paper when they are complete (草稿)."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from models.evidence import ResultDraft
from models.papers import ResultLine
from models.task import Visit
from rules.refusal import Refusal
from rules.stages import VisitStage

_OPEN = (VisitStage.VISITED, VisitStage.RETURNED)


def keep(
    session: Session,
    author: str,
    department: str,
    visit: str,
    item: str,
    content: dict[str, Any],
    now: datetime,
) -> None:
    """Keep what is written so far; the author's former draft of the item is overwritten.

    Refuses `VisitUnknown` and `VisitStage`: a draft is of results that can still be entered.
    """
    row = session.get(Visit, visit)
    if row is None or row.department != department:
        raise Refusal("VisitUnknown", f"不是本部门的检查对象：{visit}，编号见 task visits")
    if row.stage not in _OPEN:
        raise Refusal("VisitStage", f"{visit} 现为“{row.stage.label}”，须为“待录入”或“已退回”才能写草稿")
    draft = session.get(ResultDraft, (visit, item, author)) or ResultDraft(
        visit=visit, item=item, author=author, content={}, saved_at=now
    )
    draft.content, draft.saved_at = content, now
    session.add(draft)


def drafts_of(session: Session, author: str, task: str) -> list[ResultDraft]:
    """An author's drafts in a task, by visit and item."""
    return list(
        session.exec(
            select(ResultDraft)
            .join(Visit, col(Visit.id) == col(ResultDraft.visit))
            .where(col(ResultDraft.author) == author, col(Visit.task) == task)
            .order_by(col(ResultDraft.visit), col(ResultDraft.item))
        )
    )


def line_of(draft: ResultDraft) -> ResultLine:
    """A draft as a line of a paper; raises pydantic's `ValidationError` where it is not complete."""
    return ResultLine.model_validate({**draft.content, "visit": draft.visit, "item": draft.item})


def discard(session: Session, author: str, visits: list[str]) -> None:
    """Throw an author's drafts of some visits away: they were submitted, or are not wanted."""
    session.exec(
        delete(ResultDraft).where(col(ResultDraft.author) == author, col(ResultDraft.visit).in_(visits))
    )
