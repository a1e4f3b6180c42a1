"""Escalation (催办、升级): who is told when about a wait that nobody has answered."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum
from itertools import count, islice

from rules.calendar import TZ, Calendar, end_of, local_day
from rules.deadline import add_working_hours
from rules.roles import Role

DEFAULT_HOUR = "08:30"
"""When a working-day rung fires, Asia/Shanghai (policy)."""


class Level(IntEnum):
    """How high a wait has been escalated (催办层级)."""

    NONE = 0
    PERSON = 1
    HEAD = 2
    OFFICE = 3

    @property
    def label(self) -> str:
        """The level's Chinese name."""
        return ("未催办", "已提醒承办人", "已报单位主要负责人", "已报领导小组办公室")[self]


class RungUnit(StrEnum):
    """What a rung's offset and repetition are counted in (催办间隔单位)."""

    WORKING_DAY = "working_day"
    WORKING_HOUR = "working_hour"

    @property
    def label(self) -> str:
        """The unit's Chinese name."""
        return {"working_day": "个工作日", "working_hour": "个工作小时"}[self.value]


@dataclass(frozen=True)
class Rung:
    """One rung: `offset` from the due moment, whom it tells, and how often it comes again.

    `Role.HANDLER` in `to` stands for the role that the wait is addressed to (see `recipients`);
    `office` tells the coordinating office too. `repeat_every` (in `unit`) belongs to the last rung.
    """

    name: str
    offset: int
    to: tuple[Role, ...]
    office: bool
    level: int
    repeat_every: int | None = None
    unit: RungUnit = RungUnit.WORKING_DAY

    @property
    def label(self) -> str:
        """When it fires, in Chinese."""
        if self.offset == 0:
            return "到期当日" if self.unit is RungUnit.WORKING_DAY else "到期时"
        side = "到期前" if self.offset < 0 else "逾期后"
        again = f"，其后每{self.repeat_every}{self.unit.label}一次" if self.repeat_every else ""
        return f"{side}{abs(self.offset)}{self.unit.label}{again}"


Fired = tuple[Rung, int]
"""A rung and its repetition (0 unless the rung repeats)."""

DEFAULT_LADDER: tuple[Rung, ...] = (
    Rung("minus5", -5, (Role.HANDLER,), office=False, level=Level.PERSON),
    Rung("minus1", -1, (Role.HANDLER,), office=False, level=Level.PERSON),
    Rung("due", 0, (Role.HANDLER, Role.HEAD), office=False, level=Level.HEAD),
    Rung("plus1", 1, (Role.HEAD,), office=False, level=Level.HEAD),
    Rung("plus3", 3, (Role.OFFICE,), office=True, level=Level.OFFICE, repeat_every=3),
)
"""The ladder of a wait counted in days (policy)."""

SHORT_LADDER: tuple[Rung, ...] = (
    Rung("minus2h", -2, (Role.HANDLER,), office=False, level=Level.PERSON, unit=RungUnit.WORKING_HOUR),
    Rung("due", 0, (Role.HANDLER, Role.HEAD), office=False, level=Level.HEAD, unit=RungUnit.WORKING_HOUR),
    Rung("plus1", 1, (Role.OFFICE,), office=True, level=Level.OFFICE, repeat_every=1),
)
"""The ladder of a wait counted in working hours (policy)."""


def recipients(rung: Rung, owner: Role) -> tuple[Role, ...]:
    """The roles that the rung tells about a wait addressed to the role `owner`, without repeats."""
    return tuple(dict.fromkeys(owner if role is Role.HANDLER else role for role in rung.to))


def moment_of(
    calendar: Calendar, due: date | datetime, rung: Rung, repetition: int = 0, hour: str = DEFAULT_HOUR
) -> datetime:
    """When a rung's repetition fires, aware, in Asia/Shanghai.

    `due` is the due day, or for periods in hours the aware due moment. Working-day rungs fire at `hour`
    of a working day: offset 0 on the due day (the last working day before it, where that is a day off),
    +1 on the first working day after it, when the period has just ended.
    """
    steps = rung.offset + repetition * (rung.repeat_every or 0)
    if rung.unit is RungUnit.WORKING_HOUR:
        return add_working_hours(calendar, due if isinstance(due, datetime) else end_of(due), steps)
    day = calendar.working_day_at_or_before(local_day(due) if isinstance(due, datetime) else due)
    return datetime.combine(calendar.add_working_days(day, steps), time.fromisoformat(hour), TZ)


def moments(
    calendar: Calendar, due: date | datetime, ladder: Sequence[Rung], hour: str = DEFAULT_HOUR
) -> list[tuple[Rung, datetime]]:
    """Each rung with its (first) moment, in order of time."""
    pairs = [(rung, moment_of(calendar, due, rung, 0, hour)) for rung in ladder]
    return sorted(pairs, key=lambda pair: pair[1])


def next_rung(
    calendar: Calendar,
    due_day: date | datetime,
    ladder: Sequence[Rung],
    fired: Collection[tuple[str, int]],
    now: datetime,
    *,
    hour: str = DEFAULT_HOUR,
) -> tuple[Rung, int, datetime] | None:
    """The first unfired rung strictly after `now`, for the timer; None where nothing lies ahead.

    What is due at `now` is `due_rungs`' to say: ask that first.
    """
    ahead: list[tuple[datetime, int, Rung]] = []
    for rung in ladder:
        for repetition, moment in _repetitions(calendar, due_day, rung, hour):
            if moment > now and (rung.name, repetition) not in fired:
                ahead.append((moment, repetition, rung))
                break
    if not ahead:
        return None
    moment, repetition, rung = min(ahead, key=lambda one: (one[0], one[2].level))
    return rung, repetition, moment


def due_rungs(
    calendar: Calendar,
    due_day: date | datetime,
    ladder: Sequence[Rung],
    fired: Collection[tuple[str, int]],
    now: datetime,
    opened: datetime,
    *,
    hour: str = DEFAULT_HOUR,
) -> tuple[Fired | None, list[Fired]]:
    """What fires at `now`, and which missed rungs are recorded as merged into it.

    After an outage only the highest (then latest) missed rung is sent. Rungs whose moment lies before
    `opened` (the wait's opening, or the act that moved its due day) are passed over; but where the whole
    ladder lies before it, its last rung is due at once, for nothing waits unseen.
    """
    passed: list[tuple[datetime, Fired]] = []
    ahead = False
    for rung in ladder:
        for repetition, moment in _repetitions(calendar, due_day, rung, hour):
            if moment > now:
                ahead = True
                break
            passed.append((moment, (rung, repetition)))
    passed.sort(key=lambda one: (one[0], one[1][0].level))
    alive = [one for one in passed if one[0] >= opened]
    if not alive and not ahead:
        alive = passed[-1:]
    missed = [one for one in alive if (one[1][0].name, one[1][1]) not in fired]
    if not missed:
        return None, []
    best = max(missed, key=lambda one: (one[1][0].level, one[0]))
    return best[1], [one[1] for one in missed if one is not best]


def level_of(ladder: Sequence[Rung], fired: Collection[tuple[str, int]]) -> Level:
    """The highest level that the rungs fired or merged so far have reached."""
    names = {name for name, _ in fired}
    return Level(max((rung.level for rung in ladder if rung.name in names), default=0))


def _repetitions(
    calendar: Calendar, due: date | datetime, rung: Rung, hour: str
) -> Iterator[tuple[int, datetime]]:
    """The moments of a rung in order: one, or without end where it repeats."""
    numbers = count() if rung.repeat_every else islice(count(), 1)
    return ((number, moment_of(calendar, due, rung, number, hour)) for number in numbers)
