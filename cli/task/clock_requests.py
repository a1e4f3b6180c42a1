"""What a lever is about: the visits under a wait, and the acts that were asked for (期限变动的对象和申请)."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, or_, select

from adapters.database import Database
from cli.given import department_names
from models.papers import RequestClock
from models.registers import Subject
from models.task import Visit
from models.trail import Submission, Wait
from rules.levers import Lever
from rules.refusal import Refusal
from rules.waits import WaitKind


def visits_under(session: Session, wait: Wait) -> list[tuple[Visit, Subject]]:
    """The visits under a wait, by the subjects' codes."""
    statement = (
        select(Visit, Subject)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(col(Visit.wait) == wait.id)
        .order_by(col(Subject.code))
    )
    return list(session.exec(statement).all())


def visits_named(database: Database, wait: Wait, subjects: Sequence[str]) -> tuple[str, ...]:
    """The ids of the visits under a wait whose subjects are named; refuses `SubjectNotWaited`."""
    if not subjects:
        return ()
    with database.read() as session:
        rows = visits_under(session, wait)
    found = {text: [v.id for v, s in rows if text in (s.code, s.name, v.id)] for text in subjects}
    if unclear := [text for text, ids in found.items() if len(ids) != 1]:
        raise Refusal(
            "SubjectNotWaited",
            f"该待办中没有（或不止一户）：{'、'.join(unclear)}；名单见 deadline visits {wait.id[:8]}",
        )
    return tuple(ids[0] for ids in found.values())


def of_case(database: Database, case: str) -> list[dict[str, Any]]:
    """The requests that nobody has decided yet, of a task with all its cases, or of one case."""
    with database.read() as session:
        rows = session.exec(
            select(Wait, Submission)
            .join(Submission, col(Submission.id) == col(Wait.opened_by))
            .where(col(Wait.kind) == WaitKind.DECIDE_CLOCK, col(Wait.closed_at).is_(None))
            .where(or_(col(Wait.task) == case, col(Wait.scope).endswith(f"/{case}", autoescape=True)))
            .order_by(col(Wait.opened_at))
        ).all()
        names = department_names(session, [paper.department for _, paper in rows])
        return [_view(session, wait, paper, names) for wait, paper in rows]


def _view(session: Session, wait: Wait, filed: Submission, names: dict[str, str]) -> dict[str, Any]:
    given = RequestClock.model_validate(filed.content)
    about = session.get_one(Wait, given.wait)
    some = f"其中{len(given.visits)}户，" if given.visits else ""
    days = (
        f"{given.amount}"
        if given.amount
        else f"自{given.from_day}" + (f"至{given.to_day}" if given.to_day else "")
    )
    return {
        "wait": wait.id,
        "short": wait.id[:8],
        "who": f"{names.get(filed.department, filed.department)}（{filed.actor}）",
        "what": f"“{WaitKind(about.kind).label}”{some}{Lever(given.lever).label}：{days}",
        "reason": given.reason,
        "decider": wait.role.label,
    }
