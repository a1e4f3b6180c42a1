"""Claims about the calendars taken from the library."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from rules.calendar import DayKind
from rules.calendar_seed import PUBLISHED_YEARS, from_library, library_calendar
from rules.refusal import Refusal


@pytest.mark.parametrize("year", PUBLISHED_YEARS)
def test_two_independent_libraries_agree_on_every_day(year: int) -> None:
    """A holiday or make-up day that only one of them knows would show here."""
    calendar = library_calendar([year])
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(365)] + [date(year, 12, 31)]
    expected = [chinese_calendar.is_workday(day) for day in days]
    assert expected == [calendar.is_working(day) for day in days]


def test_the_rows_of_a_year_are_sorted_named_and_its_own() -> None:
    """They go into the calendar table as they are."""
    rows = from_library([2026])
    assert sorted(rows) == rows
    assert {2026} == {day.year for day, _, _ in rows}
    assert len(rows) == len({day for day, _, _ in rows})
    assert (date(2026, 10, 1), DayKind.HOLIDAY, "国庆节") in rows
    assert (date(2026, 10, 10), DayKind.MAKEUP, "调休上班") in rows


def test_every_row_says_something_else_than_its_weekday() -> None:
    """Make-up days lie on weekends only."""
    makeup = [day for day, kind, _ in from_library(PUBLISHED_YEARS) if kind is DayKind.MAKEUP]
    assert {5, 6} == {day.weekday() for day in makeup}


@pytest.mark.parametrize("year", [2027, 1999])
def test_a_year_that_the_library_only_guesses_is_refused(year: int) -> None:
    """The refusal names the command that loads a notice instead."""
    with pytest.raises(Refusal, match="calendar load", check=lambda one: one.type == "CalendarUnpublished"):
        from_library([year])
