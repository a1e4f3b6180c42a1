"""Synthetic calendars of years that nobody has published: only their shape is like a real one."""

from datetime import date, timedelta

from models.papers import CalendarLine, LoadCalendar
from rules.calendar import DayKind

_SATURDAY, _SUNDAY = 5, 6


def _weekday_from(day: date) -> date:
    """The day itself, or the Monday after it."""
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def a_calendar(
    year: int, document: str = "国办发明电〔合成〕", *, spring: date | None = None
) -> LoadCalendar:
    """New Year, a Spring Festival week from `spring` (17 February), May Day and a National Day week.

    One weekend day before Spring Festival and National Day each is made up (调休).
    """
    begins = spring or date(year, 2, 15)
    off = [date(year, 1, 1), date(year, 5, 1), date(year, 5, 2)]
    off += [begins + timedelta(days=i) for i in range(7)]
    off += [date(year, 10, 1) + timedelta(days=i) for i in range(7)]
    off += [_weekday_from(date(year, *day)) for day in ((4, 5), (6, 9), (9, 15))]
    makeups = [_weekend_before(begins), _weekend_before(date(year, 10, 1))]
    lines = [CalendarLine(day=day, kind=DayKind.HOLIDAY, name="合成假期") for day in off]
    lines += [CalendarLine(day=day, kind=DayKind.MAKEUP, name="合成调休") for day in makeups]
    return LoadCalendar(year=year, document=document, days=tuple(sorted(lines, key=lambda line: line.day)))


def _weekend_before(day: date) -> date:
    """The last Sunday that ends before a day."""
    day -= timedelta(days=1)
    while day.weekday() != _SUNDAY:
        day -= timedelta(days=1)
    return day
