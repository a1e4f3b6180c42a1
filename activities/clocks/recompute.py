"""Reckoning open clocks anew when a year's calendar arrives (暂定期限重新计算)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlmodel import Session, col, func, or_, select

from activities import audit
from activities.clocks.moving import tell_moved, visit_due
from activities.clocks.reckoning import Terms, reckon, suspensions_of
from activities.clocks.waits import Clocks
from activities.waking import wake
from models.task import JointTask, Visit
from models.trail import Cause, Deadline, Wait
from rules.calendar import TZ
from rules.stages import VisitStage

_OVER = (VisitStage.PUBLISHED, VisitStage.WITHDRAWN)


@dataclass(frozen=True)
class Moved:
    """How many clocks were reckoned anew, and how many of them end on another day."""

    reckoned: int
    moved: int


def recompute(session: Session, year: int, document: str, now: datetime) -> Moved:
    """Reckon every open clock that crosses a year, of all offices: the calendar is the State Council's.

    Task by task, each locked first: a clock never gets two living deadlines.
    """
    total, moved = 0, 0
    for case in _cases(session, year):
        task = session.get_one(JointTask, case, with_for_update=True) if case else None
        waits = session.exec(_crossing(year).where(col(Wait.task) == case).order_by(col(Wait.key))).all()
        for office in sorted({wait.office for wait, _ in waits}):
            clocks = Clocks(session, office, now)
            if task is not None:
                _visits(clocks, task.id, year)
            changes = [_renew(clocks, wait, old, document) for wait, old in waits if wait.office == office]
            total += len(changes)
            moved += sum(changes)
            if task is not None:
                _note(session, task)
        _wake(session, [wait for wait, _ in waits], now)
    return Moved(total, moved)


def _cases(session: Session, year: int) -> list[str | None]:
    """The tasks with a clock to reckon, in order (who locks many locks in one order); None for desks."""
    found = {wait.task for wait, _ in session.exec(_crossing(year))}
    return sorted(found, key=lambda one: one or "")


def _crossing(year: int):  # type: ignore[no-untyped-def]  # SQLModel's own type of a select of two tables
    """Open waits whose clock, or whose next rung, lies in the year or beyond it."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return (
        select(Wait, Deadline)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(
            col(Wait.closed_at).is_(None),
            col(Deadline.anchor) <= last,
            or_(
                col(Deadline.due_day) >= first,
                col(Deadline.next_rung) >= datetime.combine(first, time(), TZ),
            ),
        )
    )


def _renew(clocks: Clocks, wait: Wait, old: Deadline, document: str) -> bool:
    """Whether the clock ends on another day now; one that does not is confirmed where it stands."""
    terms = Terms.of(old)
    if terms.no_later is not None:
        cap = clocks.session.exec(select(func.max(Visit.due_day)).where(col(Visit.wait) == wait.id)).one()
        terms = replace(terms, no_later=cap or terms.no_later)
    known = suspensions_of(clocks.session, wait.id)
    new = reckon(clocks.calendar, terms, wait.opened_at, clocks.today, known)
    if (new.due, new.suspended) == (old.due, old.suspended):
        old.calendar, old.provisional, old.no_later = clocks.calendar.version, new.provisional, terms.no_later
        # Rungs are counted in working days too: they may lie on other days though the end does not.
        clocks.rearm(wait, old)
        return False
    made = clocks.renew(wait, terms, Cause.CALENDAR)
    chain = audit.task_chain(wait.task) if wait.task else audit.office_chain(wait.office)
    audit.record(
        clocks.session,
        chain,
        "deadline.moved",
        at=clocks.now,
        detail={
            "wait": wait.id,
            "cause": Cause.CALENDAR,
            "from": old.due_day,
            "to": made.due_day,
            "document": document,
        },
    )
    tell_moved(clocks, wait, old, made, f"依据：{document}")
    return True


def _visits(clocks: Clocks, task: str, year: int) -> None:
    """The clocks of checked subjects, which their next steps are opened with."""
    rows = clocks.session.exec(
        select(Visit).where(
            col(Visit.task) == task,
            col(Visit.completed_on).is_not(None),
            col(Visit.due_day) >= date(year, 1, 1),
            col(Visit.completed_on) <= date(year, 12, 31),
            col(Visit.stage).not_in(_OVER),
        )
    )
    for visit in rows:
        visit_due(clocks, visit)
    clocks.session.flush()


def _note(session: Session, task: JointTask) -> None:
    """A clock that ends later is no longer overdue; the newer state wins by its version."""
    session.flush()
    statement = select(func.max(Wait.level)).where(
        col(Wait.scope) == f"joint-task/{task.id}", col(Wait.closed_at).is_(None)
    )
    task.level = session.exec(statement).one() or 0
    task.version += 1


def _wake(session: Session, waits: list[Wait], now: datetime) -> None:
    """Whoever sleeps until a rung of one of these clocks reads it anew."""
    for scope, wait in {wait.scope: wait for wait in waits}.items():
        wake(session, scope, "calendar", source=wait.task or wait.department, now=now)
