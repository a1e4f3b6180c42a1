"""The law by which a year's people act: everything is drawn from one seed, by who does what (种子规律)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from rules.calendar import TZ, Calendar, local_day
from rules.waits import WaitKind

_SLOTS = (time(9, 25), time(15, 10))
_SPREAD = 300
_STEP = 97
BY_THE_MACHINE = frozenset({WaitKind.RECEIPT, WaitKind.FORWARD})
"""Waits that the platform ends."""
_PROMPT, _SLOW = 0.85, 0.995
_LATE = 0.045
"""With some thirty clocks a task these shares make about a quarter of the tasks late at one of them."""
_RUNGS = (0, 1, 3, 6)
"""Working days past the due day at which rungs fire: who keeps silent acts after one of them."""


class Temper(StrEnum):
    """How somebody does one thing that is owed."""

    PROMPT = "prompt"
    SLOW = "slow"
    SILENT = "silent"

    @property
    def label(self) -> str:
        """The temper in words."""
        return {"prompt": "及时", "slow": "拖延", "silent": "催办后才办"}[self.value]


@dataclass(frozen=True)
class Duty:
    """An open wait as the law sees it; `name` is its key without ids that differ from run to run."""

    wait: str
    name: str
    key: str
    kind: WaitKind
    department: str
    role: str
    scope: str
    task: str
    cycle: int
    opened: datetime
    anchor: date
    due_day: date
    due: datetime
    hours: bool

    @property
    def id(self) -> str:
        """The id behind the scope: of the disposal, correction or plan row."""
        return self.scope.split("/", 1)[1]


class Law:
    """Tempers, moments and choices of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def random(self, *what: object) -> Random:
        """The generator of one act: what others draw does not move it."""
        return Random("|".join(str(one) for one in (self.seed, *what)))  # noqa: S311 - a play, nothing is drawn by it

    def temper(self, duty: Duty) -> Temper:
        """How the duty is done."""
        point = self.random("temper", duty.name).random()
        return Temper.PROMPT if point < _PROMPT else Temper.SLOW if point < _SLOW else Temper.SILENT

    def patience(self, duty: Duty) -> int:
        """After how many working days past the due day somebody silent acts."""
        return self.random("patience", duty.name).choice(_RUNGS)

    def moment(self, duty: Duty, calendar: Calendar) -> datetime:
        """When the duty is done."""
        temper = self.temper(duty)
        if duty.hours:
            return self._within_hours(duty, temper, calendar)
        if temper is Temper.SILENT:
            return slot_on(calendar, duty.due_day, self.patience(duty), place=0)
        random = self.random("moment", duty.name)
        late = random.random() < _LATE and duty.kind is not WaitKind.WINDOW
        if temper is Temper.SLOW or _long_before(duty):
            days = random.randint(1, 4) if temper is Temper.SLOW and late else -random.randint(0, 3)
            return max(slot_on(calendar, duty.due_day, days, place=1), next_slot(calendar, duty.opened))
        return max(self._prompt(duty, calendar, random), next_slot(calendar, duty.opened))

    def _prompt(self, duty: Duty, calendar: Calendar, random: Random) -> datetime:
        """Within a day; what has a period to be done in (a visit, a window, a case) somewhere inside it."""
        if duty.kind not in (WaitKind.VISIT, WaitKind.WINDOW, WaitKind.DISPOSAL):
            return slot_on(calendar, local_day(duty.opened), random.randint(0, 1), place=1)
        first = max(duty.anchor, local_day(duty.opened))
        share = random.uniform(0.05, 0.6)
        day = first + timedelta(days=int((duty.due_day - first).days * share))
        return slot_on(calendar, day, 0, place=random.randint(0, 1))

    def _within_hours(self, duty: Duty, temper: Temper, calendar: Calendar) -> datetime:
        """A commitment or a link: in the same hour, or too late."""
        if temper is Temper.SILENT:
            return next_slot(calendar, duty.due + timedelta(hours=1))
        late = temper is Temper.SLOW and self.random("moment", duty.name).random() < _LATE
        return next_slot(calendar, duty.due) if late else duty.opened


def slots_of(day: date) -> tuple[datetime, datetime]:
    """The two moments of a day at which people act: never within five minutes of a rung.

    Each day has its own seconds: a clock of eight office hours that was opened at yesterday's slot must not
    end in the very moment of today's, for then it would hang on the machine's pace which comes first.
    """
    places = (0, _SPREAD // 2)
    morning, afternoon = (
        datetime.combine(day, at, TZ) + timedelta(seconds=(day.toordinal() * _STEP + place) % _SPREAD)
        for at, place in zip(_SLOTS, places, strict=True)
    )
    return morning, afternoon


def slot_on(calendar: Calendar, day: date, days: int, *, place: int) -> datetime:
    """A slot of the working day so many working days from a day; from a day off, of the one before it."""
    worked = calendar.add_working_days(calendar.working_day_at_or_before(day), days)
    return slots_of(worked)[place]


def next_slot(calendar: Calendar, moment: datetime) -> datetime:
    """The first slot of a working day after a moment."""
    local = moment.astimezone(TZ)
    for slot in slots_of(local.date()):
        if calendar.is_working(local.date()) and local < slot:
            return slot
    return slots_of(calendar.add_working_days(local.date(), 1))[0]


def _long_before(duty: Duty) -> bool:
    """A yearly report is not written ten months before its day."""
    return duty.kind in (WaitKind.YEARLY_REPORT, WaitKind.YEARLY_SUPPLEMENT)
