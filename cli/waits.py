"""Finding waits: by the first digits of an id, or by the case, plan or department that they are about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from activities.papers.rulings import Target
from activities.plans.rounds import row_id
from adapters.database import Database
from cli.given import department_named
from models.outcomes import Disposal
from models.plan import PlanDocument, PlanRow
from models.task import JointTask
from models.trail import Wait
from rules.refusal import Refusal
from rules.waits import WaitKind

_SHORTEST = 4


def known_wait(database: Database, text: str) -> Wait:
    """The wait whose id begins so; refuses `WaitUnknown` and `WaitAmbiguous`."""
    with database.read() as session:
        return find_wait(session, text)


def find_wait(session: Session, text: str) -> Wait:
    """The same inside a transaction."""
    found = session.exec(select(Wait).where(col(Wait.id).startswith(text, autoescape=True)).limit(2)).all()
    if len(text) < _SHORTEST or not found:
        raise Refusal("WaitUnknown", f"没有待办 {text}；可用 deadline list 查看待办编号（至少写前四位）")
    if len(found) > 1:
        raise Refusal("WaitAmbiguous", f"{text} 可指多项待办，请多写几位")
    return found[0]


def waits_of(session: Session, text: str) -> ColumnElement[bool] | None:
    """What picks the waits of a case, a plan, a plan's row or a department; None for what is none of these.

    A task's are those of its disposals and corrections too, and of the window that it was launched from.
    """
    kind, _, name = text.partition("/")
    case = name if kind in (Target.TASK, Target.DISPOSAL, Target.CORRECTION, "plan-row") else text
    if session.get(JointTask, case) is not None:
        window = and_(col(Wait.kind) == WaitKind.WINDOW, col(Wait.opened_by) == case)
        return or_(col(Wait.task) == case, window)
    if session.get(Disposal, case) is not None:
        return col(Wait.scope) == f"{Target.DISPOSAL}/{case}"
    if session.exec(select(Wait.id).where(col(Wait.scope) == f"{Target.CORRECTION}/{case}")).first():
        return col(Wait.scope) == f"{Target.CORRECTION}/{case}"
    plan = _of_plan(session, case)
    return plan if plan is not None else _of_department(session, text)


def _of_plan(session: Session, case: str) -> ColumnElement[bool] | None:
    """Of a whole plan: its rows' windows, the rows to be settled, and the yearly reports that it asks for."""
    if session.get(PlanDocument, case) is not None:
        yearly = col(Wait.kind).in_((WaitKind.YEARLY_REPORT, WaitKind.YEARLY_SUPPLEMENT))
        reports = and_(yearly, col(Wait.key).endswith(f"/{case}", autoescape=True))
        rows = col(Wait.scope).startswith(row_id(case, ""), autoescape=True)
        return or_(rows, col(Wait.key) == f"{case}/settle", reports)
    document, _, seq = case.rpartition("/")
    row = select(PlanRow.id).where(col(PlanRow.document) == document, col(PlanRow.seq) == seq)
    return col(Wait.scope) == row_id(document, seq) if session.exec(row).first() is not None else None


def _of_department(session: Session, text: str) -> ColumnElement[bool] | None:
    """All that a department owes, in tasks or on its desk."""
    try:
        return col(Wait.department) == department_named(session, text).id
    except Refusal as refusal:
        if refusal.type != "DepartmentUnknown":
            raise
        return None


def moved_words(data: Mapping[str, Any]) -> str:
    """What a lever did to a clock: both dates, or none where the clock stands still."""
    return "中止中，恢复后另计" if data["suspended"] else f"到期日由 {data['from']} 变为 {data['to']}"
