"""The ways on of a department in a task, as rows: asked, answered, ordered (借调、合并上门、结果互认)."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.task import AidKind, MatchAid, TakingPart


def aids(session: Session, task: str, department: str, *kinds: AidKind) -> list[MatchAid]:
    """A department's ways on of these kinds, in their order."""
    rows = session.exec(
        select(MatchAid)
        .where(
            col(MatchAid.task) == task, col(MatchAid.department) == department, col(MatchAid.kind).in_(kinds)
        )
        .order_by(col(MatchAid.number))
    )
    return list(rows)


def add_aid(session: Session, part: TakingPart, kind: AidKind, content: dict[str, Any], by: str) -> MatchAid:
    """Append a way on under the department's next number; `by` is the submission."""
    where = (col(MatchAid.task) == part.task, col(MatchAid.department) == part.department)
    count = session.exec(select(func.count()).where(*where)).one()
    row = MatchAid(
        task=part.task,
        department=part.department,
        number=count + 1,
        kind=kind,
        content=content,
        submission=by,
    )
    session.add(row)
    session.flush()
    return row


def unanswered(
    session: Session, task: str, department: str, asked: AidKind, *ends: AidKind
) -> list[MatchAid]:
    """What was asked or offered and has no answer yet; an answer names the number that it answers."""
    done = {
        row.content["answers"] for row in aids(session, task, department, *ends) if "answers" in row.content
    }
    return [row for row in aids(session, task, department, asked) if row.number not in done]
