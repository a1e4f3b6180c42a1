"""Reckoning when a wait's clock ends: from its anchor, amount, suspensions and the calendar (时限计算)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.trail import Deadline, Wait
from models.trail import Suspension as SuspensionRow
from rules.calendar import Calendar, end_of, local_day
from rules.deadline import Suspension, Unit, add_working_hours, due_day, due_moment


@dataclass(frozen=True)
class Terms:
    """What a due moment is derived from; `no_later` is the last day of the clock that it lies inside."""

    anchor: date
    amount: int
    unit: Unit
    clause: str = ""
    no_later: date | None = None

    @classmethod
    def of(cls, deadline: Deadline) -> "Terms":
        """The terms of a deadline that stands."""
        return cls(deadline.anchor, deadline.amount, Unit(deadline.unit), deadline.clause, deadline.no_later)

    @classmethod
    def fixed(cls, anchor: date, last: date, clause: str = "") -> "Terms":
        """A last day that a fact names outright: a visit period's, a notice's date.

        It may lie behind us: a desk that opens in December finds the report of November owed.
        """
        anchor = min(anchor, last)
        return cls(anchor, (last - anchor).days, Unit.NATURAL_DAY, clause)


@dataclass(frozen=True)
class Reckoned:
    """When a clock ends; `quiet_until` is the end of its last suspension, before which no rung fires."""

    due_day: date
    due: datetime
    provisional: bool
    suspended: bool = False
    quiet_until: datetime | None = None


def reckon(
    calendar: Calendar, terms: Terms, started: datetime, today: date, suspensions: list[Suspension]
) -> Reckoned:
    """Reckon a clock that started at a moment; one that stands still ends as if it ran on after today."""
    if terms.unit is Unit.WORKING_HOUR:
        moment = add_working_hours(calendar, started, terms.amount)
        day = local_day(moment)
        return Reckoned(day, moment, calendar.provisional(terms.anchor, day))
    standing = any(one.to is None for one in suspensions)
    ended = [closed(one, today) for one in suspensions]
    day = last_day(calendar, terms, ended)
    # Days and months of the calendar are asked of no notice; only working days hang on one.
    provisional = terms.unit is Unit.WORKING_DAY and calendar.provisional(terms.anchor, day)
    ends = [end_of(one.to) for one in ended if one.to is not None]
    return Reckoned(day, due_moment(day), provisional, standing, max(ends, default=None))


def last_day(calendar: Calendar, terms: Terms, suspensions: list[Suspension]) -> date:
    """The last day of a period in days, inside the clock that holds it."""
    own = due_day(calendar, terms.anchor, terms.amount, terms.unit, suspensions)
    return own if terms.no_later is None else min(own, terms.no_later)


def closed(suspension: Suspension, today: date) -> Suspension:
    """A suspension without an end, as if it ended today."""
    if suspension.to is not None:
        return suspension
    return Suspension(suspension.from_, max(today, suspension.from_))


def suspensions_of(session: Session, wait: str) -> list[Suspension]:
    """The suspensions of a wait in order; the newest row of a first day counts."""
    return [Suspension(row.from_day, row.to_day) for row in suspension_rows(session, wait)]


def suspension_rows(session: Session, wait: str) -> list[SuspensionRow]:
    """The rows that count, by first day."""
    rows = session.exec(
        select(SuspensionRow).where(col(SuspensionRow.wait) == wait).order_by(col(SuspensionRow.id))
    )
    newest = {row.from_day: row for row in rows}
    return [newest[day] for day in sorted(newest)]


def hand_down(session: Session, former: str, wait: Wait) -> None:
    """The next wait on the same clock takes its suspensions over."""
    for row in suspension_rows(session, former):
        session.add(
            SuspensionRow(
                wait=wait.id,
                from_day=row.from_day,
                to_day=row.to_day,
                reason=row.reason,
                submission=row.submission,
            )
        )
    session.flush()
