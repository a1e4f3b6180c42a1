"""The open waits of a moment as duties, under names that are the same from run to run (待办)."""

import re
from collections.abc import Sequence

from sqlmodel import Session, col, select

from cli.year.law import BY_THE_MACHINE, Duty
from models.outcomes import Result
from models.registers import Subject
from models.task import Visit
from models.trail import Deadline, Wait
from rules.deadline import Unit
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_ID = re.compile(r"[0-9a-f]{32}")
_CLOCK = (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True)
_CODE = re.compile(r"\|[0-9A-Z]{18}\|")


class Duties:
    """What people owe, each wait read once for each of its clocks and roles: a county owes hundreds of things.

    Its name is the one of that first look: that of a result follows from what its task checked then.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Role], Duty] = {}

    def open(self, session: Session) -> list[Duty]:
        """What people owe now, whose clock runs; in an order that is the same from run to run."""
        owed = [
            col(Wait.closed_at).is_(None),
            col(Deadline.suspended).is_(False),
            col(Wait.kind).not_in([kind.value for kind in BY_THE_MACHINE]),
        ]
        found = session.exec(select(Deadline.id, Wait.role).join(Wait, _CLOCK).where(*owed))
        keys = [(clock, Role(role)) for clock, role in found]
        fresh = [key[0] for key in keys if key not in self._known]
        rows = session.exec(
            select(Wait, Deadline).join(Deadline, _CLOCK).where(col(Deadline.id).in_(fresh))
        ).all()
        self._known |= {(deadline.id, wait.role): _duty(session, wait, deadline) for wait, deadline in rows}
        return sorted((self._known[key] for key in keys), key=lambda duty: duty.name)


def _duty(session: Session, wait: Wait, deadline: Deadline) -> Duty:
    return Duty(
        wait=wait.id,
        name=name_of(session, wait),
        key=wait.key,
        kind=WaitKind(wait.kind),
        department=wait.department,
        role=wait.role.value,
        scope=wait.scope,
        task=wait.task or "",
        cycle=wait.cycle,
        opened=wait.opened_at,
        anchor=deadline.anchor,
        due_day=deadline.due_day,
        due=deadline.due,
        hours=deadline.unit is Unit.WORKING_HOUR,
    )


def still_open(duty: Duty, session: Session) -> bool:
    """Whether the duty's wait is open, and its clock not suspended."""
    row = session.exec(
        select(Wait.id)
        .join(Deadline, _CLOCK)
        .where(col(Wait.id) == duty.wait, col(Wait.closed_at).is_(None), col(Deadline.suspended).is_(False))
    ).first()
    return row is not None


def name_of(session: Session, wait: Wait) -> str:
    """A wait's key with the places of its results instead of their random ids, without a subject's code."""
    key = _CODE.sub("|", wait.key)
    for found in set(_ID.findall(key)):
        key = key.replace(found, _place_of(session, found))
    return key


def place_of(session: Session, visit: Visit) -> int:
    """The n-th subject of the task by its register code: which one it is hangs on the draw, its place does not."""
    codes = living_codes(session, visit.task)
    return codes.index(session.get_one(Subject, visit.subject).code)


def living_codes(session: Session, task: str) -> Sequence[str]:
    """The register codes of all that a task checks, those replaced left out, in order."""
    living = select(Visit.subject).where(
        col(Visit.task) == task, col(Visit.stage).not_in((VisitStage.WITHDRAWN, VisitStage.EXEMPT))
    )
    return session.exec(
        select(Subject.code).where(col(Subject.id).in_(living)).order_by(col(Subject.code))
    ).all()


def _place_of(session: Session, id_: str) -> str:
    result = session.get(Result, id_)
    if result is None:
        return "·"
    visit = session.get_one(Visit, result.visit)
    return f"{visit.task}/{visit.department}/{place_of(session, visit)}/{result.item}"
