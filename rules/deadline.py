"""Deadlines (期限): when a period that a fact opened ends, and why on that day."""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rules.calendar import TZ, Calendar, end_of, local_day
from rules.refusal import Refusal

_DAY = timedelta(days=1)
OFFICE_HOURS = ((time(8, 0), time(12, 0)), (time(14, 30), time(18, 0)))
"""Morning and afternoon of a working day, Asia/Shanghai (办公时间)."""


class Unit(StrEnum):
    """What a period is counted in (期限单位)."""

    WORKING_DAY = "working_day"
    NATURAL_DAY = "natural_day"
    MONTH = "month"
    WORKING_HOUR = "working_hour"

    @property
    def label(self) -> str:
        """The unit's Chinese name."""
        return _UNIT_LABELS[self]


_UNIT_LABELS = {
    Unit.WORKING_DAY: "个工作日",
    Unit.NATURAL_DAY: "日（自然日）",
    Unit.MONTH: "个月",
    Unit.WORKING_HOUR: "个工作小时",
}


@dataclass(frozen=True)
class Suspension:
    """A period in which the clock stands (中止): first and last day, both standing; open without `to`.

    Refuses `SuspensionReversed` when it would end before it begins.
    """

    from_: date
    to: date | None

    def __post_init__(self) -> None:
        if self.to is not None and self.to < self.from_:
            raise Refusal("SuspensionReversed", f"中止截止日{self.to}早于起始日{self.from_}，请更正后重报")

    def covers(self, day: date) -> bool:
        """Whether the clock stands on that day."""
        return self.from_ <= day and (self.to is None or day <= self.to)


@dataclass(frozen=True)
class Deadline:
    """A period with the calendar it was counted by; it ends at 24:00 of `due` (`due_moment`)."""

    anchor: date
    amount: int
    unit: Unit
    calendar_version: str
    due: date
    provisional: bool


def set_deadline(
    calendar: Calendar, anchor: date, amount: int, unit: Unit, suspensions: Sequence[Suspension] = ()
) -> Deadline:
    """The deadline record of a period; refuses like `due_day`."""
    due = due_day(calendar, anchor, amount, unit, suspensions)
    # Natural days and months don't ask the calendar, so no notice can move them.
    provisional = unit is Unit.WORKING_DAY and calendar.provisional(anchor, due)
    return Deadline(anchor, amount, unit, calendar.version, due, provisional)


def due_day(
    calendar: Calendar, anchor: date, amount: int, unit: Unit, suspensions: Sequence[Suspension] = ()
) -> date:
    """The last day of the period; the anchor's own day is not counted.

    A month ends on the day of the same number, or on its month's last day (Civil Code, article 202).
    Suspended days are added at the end. A last day off stays the last day: no notice at hand moves it.
    Refuses `DeadlineSuspended` while an open suspension holds the clock before its end.
    """
    if unit is Unit.WORKING_HOUR:
        raise ValueError("working hours end at a moment, not on a day: use add_working_hours")
    if amount < 0:
        raise ValueError("a period has no negative length")
    if unit is Unit.MONTH:
        plain = _add_months(anchor, amount)
        stood = sum(_suspended(suspensions, day) for day in _days(anchor, plain))
        return _count(calendar, plain, stood, Unit.NATURAL_DAY, suspensions)
    if unit is Unit.WORKING_DAY and not suspensions:
        return calendar.add_working_days(anchor, amount)
    return _count(calendar, anchor, amount, unit, suspensions)


def due_moment(day: date) -> datetime:
    """The first moment after the deadline's last day, 24:00 Asia/Shanghai (exclusive)."""
    return end_of(day)


def explain(
    calendar: Calendar, anchor: date, amount: int, unit: Unit, suspensions: Sequence[Suspension] = ()
) -> list[tuple[date, bool, str]]:
    """Each day from the anchor to the due day: whether it counted, and why (Chinese)."""
    due = due_day(calendar, anchor, amount, unit, suspensions)
    lines = [(anchor, False, "起算事实发生当日，不计入")]
    for day in _days(anchor, due):
        if _suspended(suspensions, day):
            lines.append((day, False, "期限中止，不计入"))
            continue
        if unit is Unit.MONTH:
            lines.append((day, True, _month_words(anchor, amount, day)))
            continue
        if unit is Unit.NATURAL_DAY:
            lines.append((day, True, "自然日，计入"))
            continue
        counted = calendar.is_working(day)
        guess = "" if day.year in calendar.published_years else "（该年日历尚未公布，暂按周一至周五）"
        words = f"{calendar.kind_of(day).label}，{'计入' if counted else '不计入'}{guess}"
        lines.append((day, counted, words))
    return lines


def add_working_hours(calendar: Calendar, moment: datetime, hours: int) -> datetime:
    """The moment `hours` office hours after (before, when negative) an aware moment, in Asia/Shanghai.

    Outside office hours the clock stands; a period may end with a half day, never begins before one.
    """
    left = timedelta(hours=abs(hours))
    here = moment.astimezone(TZ)
    day = local_day(moment)
    while left:
        for opens, closes in _sessions(calendar, day, backwards=hours < 0):
            if hours > 0:
                start = max(here, opens)
                room = max(closes - start, timedelta())
                here = start + min(room, left) if room else here
            else:
                start = min(here, closes)
                room = max(start - opens, timedelta())
                here = start - min(room, left) if room else here
            left -= min(room, left)
            if not left:
                break
        day += _DAY if hours > 0 else -_DAY
    return here


def explain_hours(calendar: Calendar, moment: datetime, hours: int) -> list[tuple[date, bool, str]]:
    """Each day from an aware moment to the end of `hours` office hours: what counted of it (Chinese)."""
    end = add_working_hours(calendar, moment, hours)
    lines = []
    for day in [local_day(moment), *_days(local_day(moment), local_day(end))]:
        spans = [
            (max(opens, moment), min(closes, end))
            for opens, closes in _sessions(calendar, day, backwards=False)
        ]
        counted = [f"{a.astimezone(TZ):%H:%M}—{b.astimezone(TZ):%H:%M}" for a, b in spans if a < b]
        why = "、".join(counted) if counted else f"{calendar.kind_of(day).label}，无计入的办公时间"
        lines.append((day, bool(counted), why))
    return lines


def _sessions(calendar: Calendar, day: date, *, backwards: bool) -> list[tuple[datetime, datetime]]:
    """The office hours of a day in the order of the walk; none on a day off."""
    if not calendar.is_working(day):
        return []
    spans = [(datetime.combine(day, a, TZ), datetime.combine(day, b, TZ)) for a, b in OFFICE_HOURS]
    return spans[::-1] if backwards else spans


def _suspended(suspensions: Sequence[Suspension], day: date) -> bool:
    return any(one.covers(day) for one in suspensions)


def _days(after: date, to: date) -> list[date]:
    """The days of (after, to]."""
    return [after + _DAY * i for i in range(1, (to - after).days + 1)]


def _count(calendar: Calendar, day: date, left: int, unit: Unit, suspensions: Sequence[Suspension]) -> date:
    """The day on which the last of `left` counted days after `day` lies."""
    while left:
        day += _DAY
        if _suspended(suspensions, day):
            if any(one.to is None and one.covers(day) for one in suspensions):
                raise Refusal(
                    "DeadlineSuspended", "期限中止中，尚无到期日；请先恢复（resume），再按剩余期限计算"
                )
            continue
        left -= unit is not Unit.WORKING_DAY or calendar.is_working(day)
    return day


def _month_words(anchor: date, amount: int, day: date) -> str:
    """What a day is to a period in months; after its end only days that stood are made up for."""
    plain = _add_months(anchor, amount)
    if day < plain:
        return "期间内，计入"
    if day > plain:
        return "补足中止的日数，计入"
    last = "" if day.day == anchor.day else f"（当月没有{anchor.day}日，为月末）"
    return f"满{amount}{Unit.MONTH.label}之日{last}，计入"


def _add_months(day: date, amount: int) -> date:
    """The day of the same number `amount` months on, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    month += 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))
