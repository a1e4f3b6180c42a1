"""Cross-checking a year's calendar before it moves anybody's deadline (工作日历核对)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.calendar import DayKind
from rules.refusal import Refusal

_SATURDAY = 5
_FIXED = ((1, 1, "元旦"), (5, 1, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节"))
"""Statutory days that no moon moves (全国年节及纪念日放假办法, article 2)."""
FEWEST_WEEKDAYS_OFF, MOST_WEEKDAYS_OFF = 10, 14
"""Weekdays off less days made up: 10 to 13 in every notice of 2008 to 2026; a typing error leaves this."""


@dataclass(frozen=True)
class YearCount:
    """What a year's calendar comes to, in days."""

    year: int
    days: int
    weekends: int
    weekend_holidays: int
    weekday_holidays: int
    makeups: int
    working: int

    @property
    def net_off(self) -> int:
        """Weekdays off that nobody makes up for."""
        return self.weekday_holidays - self.makeups


def count_year(year: int, lines: Sequence[tuple[date, DayKind]]) -> YearCount:
    """Count a year: its weekends, holidays on either kind of day, make-up days and working days."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=i) for i in range((date(year + 1, 1, 1) - first).days)]
    weekends = sum(day.weekday() >= _SATURDAY for day in days)
    off = [day for day, kind in lines if kind is DayKind.HOLIDAY]
    makeups = sum(kind is DayKind.MAKEUP for _, kind in lines)
    weekend_off = sum(day.weekday() >= _SATURDAY for day in off)
    weekday_off = len(off) - weekend_off
    return YearCount(
        year,
        len(days),
        weekends,
        weekend_off,
        weekday_off,
        makeups,
        len(days) - weekends - weekday_off + makeups,
    )


def check_year(year: int, lines: Sequence[tuple[date, DayKind]]) -> YearCount:
    """Refuses `CalendarInvalid` with every fault of the lines; else what they come to."""
    faults = [*_line_faults(year, lines), *_year_faults(year, lines)]
    if faults:
        raise Refusal("CalendarInvalid", f"{year}年日历有误，请对照通知更正：{'；'.join(faults)}")
    return count_year(year, lines)


def _line_faults(year: int, lines: Sequence[tuple[date, DayKind]]) -> list[str]:
    faults = []
    seen: set[date] = set()
    for day, kind in lines:
        if day.year != year:
            faults.append(f"{day}不在{year}年")
        if day in seen:
            faults.append(f"{day}重复")
        seen.add(day)
        if kind not in (DayKind.HOLIDAY, DayKind.MAKEUP):
            faults.append(f"{day}只能是节假日（holiday）或调休上班日（makeup）")
        if kind is DayKind.MAKEUP and day.weekday() < _SATURDAY:
            faults.append(f"调休上班日{day}不是周六、周日")
    return faults


def _year_faults(year: int, lines: Sequence[tuple[date, DayKind]]) -> list[str]:
    off = {day for day, kind in lines if kind is DayKind.HOLIDAY}
    faults = [
        f"缺少{name}{date(year, month, day)}"
        for month, day, name in _FIXED
        if date(year, month, day) not in off
    ]
    net = count_year(year, lines).net_off
    if not FEWEST_WEEKDAYS_OFF <= net <= MOST_WEEKDAYS_OFF:
        faults.append(
            f"放假的工作日减去调休上班日为{net}天，应在{FEWEST_WEEKDAYS_OFF}至{MOST_WEEKDAYS_OFF}天之间"
        )
    return faults
