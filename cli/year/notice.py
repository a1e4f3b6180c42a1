"""A synthetic notice of a year's holidays and make-up days: its shape is a real one's, its days are not."""

from datetime import date, timedelta
from random import Random

from models.papers import CalendarLine, LoadCalendar
from rules.calendar import DayKind

_SATURDAY = 5
_NET = 11
"""Weekdays off less days made up: as many as in the notices of these years."""
_DAY = timedelta(days=1)


def synthetic_notice(year: int, random: Random) -> LoadCalendar:
    """The year's calendar as a paper, marked as synthetic; the days that no moon moves are the true ones."""
    spring = date(year, 1, 25) + timedelta(days=random.randint(0, 20))
    runs = {
        "元旦": [date(year, 1, 1)],
        "春节": _days(spring, 8),
        "清明节": [date(year, 4, 5)],
        "劳动节": _days(date(year, 5, 1), 5),
        "端午节": [_weekday_from(date(year, 6, random.randint(5, 20)))],
        "中秋节": [_weekday_from(date(year, 9, random.randint(8, 20)))],
        "国庆节": _days(date(year, 10, 1), 7),
    }
    off = {day: name for name, days in runs.items() for day in days}
    surplus = sum(day.weekday() < _SATURDAY for day in off) - _NET
    makeups = _makeups(off, [runs["春节"], runs["国庆节"], runs["劳动节"]], surplus)
    lines = [CalendarLine(day=day, kind=DayKind.HOLIDAY, name=f"{name}（合成）") for day, name in off.items()]
    lines += [CalendarLine(day=day, kind=DayKind.MAKEUP, name=f"{name}调休（合成）") for day, name in makeups]
    return LoadCalendar(
        year=year,
        document=f"合成通知〔{year}〕1号（模拟用，非国务院办公厅通知）",
        days=tuple(sorted(lines, key=lambda line: line.day)),
    )


def _makeups(off: dict[date, str], runs: list[list[date]], count: int) -> list[tuple[date, str]]:
    """The nearest weekend days before and after the long holidays, in turn."""
    found: list[tuple[date, str]] = []
    reach = 1
    while len(found) < count:
        for run in runs:
            for day in (run[0] - reach * _DAY, run[-1] + reach * _DAY):
                free = day.weekday() >= _SATURDAY and day not in off and day.year == run[0].year
                if free and len(found) < count and day not in dict(found):
                    found.append((day, off[run[0]]))
        reach += 1
    return found


def _days(first: date, count: int) -> list[date]:
    return [first + place * _DAY for place in range(count)]


def _weekday_from(day: date) -> date:
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day
