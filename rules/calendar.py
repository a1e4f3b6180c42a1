"""The working calendar (工作日历): State Council holidays (节假日) and make-up days (调休) by date."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_SATURDAY = 5


class DayKind(StrEnum):
    """What a calendar day is (工作日、休息日); only workdays and make-up days are worked."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return _KIND_LABELS[self]

    @property
    def worked(self) -> bool:
        """Whether a day of this kind is a working day."""
        return self in (DayKind.WORKDAY, DayKind.MAKEUP)


_KIND_LABELS = {
    DayKind.WORKDAY: "工作日",
    DayKind.WEEKEND: "周末",
    DayKind.HOLIDAY: "法定节假日",
    DayKind.MAKEUP: "调休上班日",
}


@dataclass(frozen=True)
class Calendar:
    """Which days are worked.

    `days` holds the exceptions to Monday–Friday, of published years only: an entry in a year that is
    not in `published_years` is not looked at, such a year is plain Monday–Friday and provisional.
    """

    days: Mapping[date, DayKind]
    published_years: frozenset[int]
    version: str
    _worked: dict[int, list[date]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def kind_of(self, day: date) -> DayKind:
        """The kind of a day."""
        plain = DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKDAY
        return self.days.get(day, plain) if day.year in self.published_years else plain

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        return self.kind_of(day).worked

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it when n is negative); 0 is the day itself.

        `day` is never counted, worked or not (民法典 第二百零一条: 开始的当日不计入).
        """
        if n == 0:
            return day
        year = day.year
        worked = self._of_year(year)
        index = bisect_right(worked, day) + n - 1 if n > 0 else bisect_left(worked, day) + n
        while index >= len(worked):
            index -= len(worked)
            year += 1
            worked = self._of_year(year)
        while index < 0:
            year -= 1
            worked = self._of_year(year)
            index += len(worked)
        return worked[index]

    def working_days_between(self, from_: date, to: date) -> int:
        """How many working days lead from `from_` to `to`, the inverse of `add_working_days`.

        Counts the working days of (from_, to]; backwards, those of [to, from_) as a negative number.
        """
        if to < from_:
            return -sum(
                bisect_left(self._of_year(year), from_) - bisect_left(self._of_year(year), to)
                for year in range(to.year, from_.year + 1)
            )
        return sum(
            bisect_right(self._of_year(year), to) - bisect_right(self._of_year(year), from_)
            for year in range(from_.year, to.year + 1)
        )

    def working_day_at_or_before(self, day: date) -> date:
        """The day itself where it is worked, else the last working day before it."""
        return day if self.is_working(day) else self.add_working_days(day, -1)

    def provisional(self, from_: date, to: date) -> bool:
        """Whether the span touches a year whose calendar is not published (暂定)."""
        first, last = sorted((from_.year, to.year))
        return any(year not in self.published_years for year in range(first, last + 1))

    def _of_year(self, year: int) -> list[date]:
        """The sorted working days of a year, kept because every question asks for them."""
        worked = self._worked.get(year)
        if worked is None:
            first = date(year, 1, 1)
            span = (date(year, 12, 31) - first).days + 1
            worked = [day for day in (first + _DAY * i for i in range(span)) if self.is_working(day)]
            self._worked[year] = worked
        return worked


def until_words(due: datetime) -> str:
    """A due moment as people say it: the last day's 24:00 is not the next day's 00:00."""
    local = due.astimezone(TZ)
    last = local_day(due - timedelta(microseconds=1))
    return f"{last} 24:00" if local.time() == time() else local.strftime("%Y-%m-%d %H:%M")


def local_day(moment: datetime) -> date:
    """The day in Asia/Shanghai on which an aware moment lies; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(TZ).date()


def end_of(day: date) -> datetime:
    """24:00 of the day in Asia/Shanghai, as 00:00 of the next: the first moment that is too late."""
    return datetime.combine(day + _DAY, time(), TZ)
