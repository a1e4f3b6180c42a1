"""Which officers were recused from which subjects by declaration, in any task (回避)."""

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.registers import Officer
from models.task import AidKind, JointTask, MatchAid


def declared(session: Session, officers: Iterable[Officer]) -> dict[str, set[str]]:
    """The codes of the subjects that each of these officers, by id, is recused from; the newest word counts.

    A declaration holds in all tasks of the office, not in the one alone that it was made in.
    """
    known = {one.id: one.office for one in officers}
    rows = session.exec(
        select(MatchAid, JointTask.opened_at)
        .join(JointTask, col(JointTask.id) == col(MatchAid.task))
        .where(col(MatchAid.kind) == AidKind.RECUSE, col(JointTask.office).in_(sorted(set(known.values()))))
        .order_by(col(JointTask.opened_at), col(MatchAid.task), col(MatchAid.number))
    )
    words = [row for row, _ in rows if row.content["officer"] in known]
    found: dict[str, set[str]] = defaultdict(set)
    for row in sorted(words, key=lambda one: str(one.content["at"])):
        codes = found[row.content["officer"]]
        if row.content["stands"]:
            codes.update(row.content["codes"])
        else:
            codes.difference_update(row.content["codes"])
    return found


def barred(session: Session, officers: Iterable[Officer]) -> dict[str, set[str]]:
    """The same with what the register says: all subjects that each officer, by id, may not check."""
    rows = list(officers)
    by_word = declared(session, rows)
    return {one.id: set(one.recusals) | by_word.get(one.id, set()) for one in rows}
