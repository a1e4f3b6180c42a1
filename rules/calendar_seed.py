"""The published calendars that the library `holidays` knows, as rows for the calendar table."""

from collections.abc import Iterable
from datetime import date

import holidays

from rules.calendar import Calendar, DayKind
from rules.refusal import Refusal

FIRST_YEAR = 2008
"""From here the State Council's list of holidays has its present form."""
LAST_PUBLISHED_YEAR = 2026
"""Beyond it the library silently guesses, so it is not asked."""

PUBLISHED_YEARS = range(FIRST_YEAR, LAST_PUBLISHED_YEAR + 1)


def from_library(years: Iterable[int]) -> list[tuple[date, DayKind, str]]:
    """The holidays and make-up days of published years, by date: (day, kind, Chinese name).

    Refuses `CalendarUnpublished` for a year outside `PUBLISHED_YEARS`.
    """
    rows: list[tuple[date, DayKind, str]] = []
    for year in years:
        if year not in PUBLISHED_YEARS:
            raise Refusal(
                "CalendarUnpublished",
                f"{year}年的节假日安排不在内置日历中（{FIRST_YEAR}—{LAST_PUBLISHED_YEAR}年），"
                "请按国务院办公厅通知录入该年日历（calendar load）",
            )
        library = holidays.country_holidays("CN", years=year, language="zh_CN")
        rows += [(day, DayKind.HOLIDAY, name) for day, name in library.items() if day.year == year]
        makeup = [day for day in library.weekend_workdays if day.year == year]
        rows += [(day, DayKind.MAKEUP, "调休上班") for day in makeup]
    return sorted(rows)


def library_calendar(years: Iterable[int] = PUBLISHED_YEARS) -> Calendar:
    """The calendar of published years as the library knows it."""
    published = frozenset(years)
    days = {day: kind for day, kind, _ in from_library(sorted(published))}
    return Calendar(days, published, f"library-{max(published)}")
