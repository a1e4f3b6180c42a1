"""Asking for a correction of a result, at any time after its approval."""

from sqlmodel import Session, col, select

from cli.demo.outcome_rows import first_result
from models.outcomes import Publication, PublicationKind
from models.papers import CorrectResult
from rules.results import Category
from rules.roles import Role
from tests.engine.house import House


async def ask_for_correction(house: House, department: str) -> str:
    """Ask for the correction of the result at a department's last subject; the correction's workflow."""
    visit = house.cast.visits(department)[-1]
    result = house.cast.read(lambda session: first_result(session, visit))
    target = f"correction/{result.id}/1"
    ask = CorrectResult(
        result=result.id,
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示",
        reason="录入遗漏",
    )
    await house.cast.act(department, Role.HANDLER, ask, target=target)
    return target


def corrections_entered(session: Session) -> bool:
    """Whether the platform has receipted every correction."""
    rows = session.exec(select(Publication).where(col(Publication.kind) == PublicationKind.CORRECTION)).all()
    return bool(rows) and all(row.receipted_at is not None for row in rows)
