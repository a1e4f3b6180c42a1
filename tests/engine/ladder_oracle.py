"""What the default ladders come to, counted by hand on a list of days: it knows nothing of the rules' code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.papers import LoadCalendar
from models.trail import Deadline, Wait
from rules.calendar import TZ, DayKind
from rules.deadline import Unit

_DAY = timedelta(days=1)
_HOUR = time(8, 30)
_LADDER = (("minus5", -5), ("minus1", -1), ("due", 0), ("plus1", 1))
_EVERY = 3
"""The last rung comes three working days after the due day, and every three again."""
_SESSIONS = ((time(8), time(12)), (time(14, 30), time(18)))

Rung = tuple[str, int, datetime]
"""Name, repetition, moment."""


@dataclass(frozen=True)
class Days:
    """The days as they were known at some time: published years, all others plain Mondays to Fridays."""

    off: frozenset[date]
    worked: frozenset[date]

    @classmethod
    def of(cls, notices: Iterable[LoadCalendar]) -> "Days":
        """By the notices that have come."""
        lines = [line for notice in notices for line in notice.days]
        return cls(
            frozenset(line.day for line in lines if line.kind is DayKind.HOLIDAY),
            frozenset(line.day for line in lines if line.kind is DayKind.MAKEUP),
        )

    def working(self, day: date) -> bool:
        """Whether people work on that day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def after(self, day: date, count: int) -> date:
        """The working day so many after (before, when negative) a day."""
        step = _DAY if count > 0 else -_DAY
        while count:
            day += step
            count -= self.working(day) * (1 if count > 0 else -1)
        return day

    def last_due(self, deadline: Deadline) -> date:
        """The last day of a period in days, from its anchor."""
        if deadline.unit is Unit.NATURAL_DAY:
            return deadline.anchor + deadline.amount * _DAY
        own = self.after(deadline.anchor, deadline.amount)
        return own if deadline.no_later is None else min(own, deadline.no_later)

    def rungs(self, due: date, until: datetime) -> list[Rung]:
        """All rungs of a due day up to a moment; on a day off the due rung comes on the working day before."""
        base = due if self.working(due) else self.after(due, -1)
        found = [(name, 0, self._at(base, steps)) for name, steps in _LADDER]
        again = 0
        while (moment := self._at(base, _EVERY * (again + 1))) <= until:
            found.append(("plus3", again, moment))
            again += 1
        return sorted((one for one in found if one[2] <= until), key=lambda one: one[2])

    def minus_two_hours(self, due: datetime) -> datetime:
        """Two office hours before a moment, minute by minute."""
        left, moment = 120, due.astimezone(TZ)
        while left:
            moment -= timedelta(minutes=1)
            inside = any(opens <= moment.time() < closes for opens, closes in _SESSIONS)
            left -= self.working(moment.date()) and inside
        return moment

    def _at(self, base: date, steps: int) -> datetime:
        return datetime.combine(self.after(base, steps), _HOUR, TZ)


def expected(
    wait: Wait, deadlines: Sequence[Deadline], before: Days, since: Days, arrived: datetime, now: datetime
) -> list[Rung]:
    """The rungs of a wait up to its answer, or to now; from `arrived` on by the days that the notice brought."""
    end = wait.closed_at or now
    found: list[Rung] = []
    for place, one in enumerate(deadlines):
        over = min(end, deadlines[place + 1].made_at) if place + 1 < len(deadlines) else end
        fired: list[Rung] = []
        for days, first, last in ((before, one.rungs_from, min(over, arrived)), (since, arrived, over)):
            known = {rung[:2] for rung in fired}
            fired += [
                rung
                for rung in _all(one, days, last)
                if max(first, one.rungs_from) <= rung[2] < last and rung[:2] not in known
            ]
        found += fired
    return found


def _all(deadline: Deadline, days: Days, until: datetime) -> list[Rung]:
    if deadline.unit is Unit.WORKING_HOUR:
        # A period in hours ends by itself: who has missed it is left out, and nothing climbs.
        moment = days.minus_two_hours(deadline.due)
        return [("minus2h", 0, moment)] if moment <= until else []
    return days.rungs(deadline.due_day, until)
