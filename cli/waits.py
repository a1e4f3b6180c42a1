"""Finding a wait by the first digits of its id, and the case that rules on it."""

from sqlmodel import Session, col, select

from activities.docket import Target
from adapters.database import Database
from models.trail import Wait
from rules.refusal import Refusal

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


def target_of(wait: Wait) -> str:
    """The case that rules on acts on a wait; what a desk holds is the office's."""
    return f"{Target.OFFICE}/{wait.office}" if wait.scope.startswith("department/") else wait.scope
