"""Cross-checking a year's calendar."""

from datetime import date

import chinese_calendar
import pytest

from rules.calendar import DayKind
from rules.calendar_check import check_year, count_year
from rules.calendar_seed import PUBLISHED_YEARS, from_library
from rules.refusal import Refusal

Lines = list[tuple[date, DayKind]]


def lines_of(year: int) -> Lines:
    """A published year's lines."""
    return [(day, kind) for day, kind, _ in from_library([year])]


@pytest.mark.parametrize("year", PUBLISHED_YEARS)
def test_every_published_year_passes_and_counts_the_working_days_that_others_count(year: int) -> None:
    """The second library is the witness."""
    counted = check_year(year, lines_of(year))
    witness = chinese_calendar.get_workdays(date(year, 1, 1), date(year, 12, 31))
    assert len(witness) == counted.working
    assert counted.working == counted.days - counted.weekends - counted.net_off


def test_2026_comes_to_what_its_notice_says() -> None:
    """22 days named off, weekend days among them, six days made up, 248 worked."""
    counted = count_year(2026, lines_of(2026))
    assert (22, 6, 248) == (
        counted.weekend_holidays + counted.weekday_holidays,
        counted.makeups,
        counted.working,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [*lines, (date(2027, 1, 1), DayKind.HOLIDAY)], "2027-01-01不在2026年"),
        (lambda lines: [*lines, lines[0]], "2026-01-01重复"),
        (lambda lines: [*lines, (date(2026, 3, 10), DayKind.MAKEUP)], "2026-03-10不是周六、周日"),
        (lambda lines: [*lines, (date(2026, 3, 10), DayKind.WORKDAY)], "2026-03-10只能是"),
        (lambda lines: [line for line in lines if line[0] != date(2026, 5, 1)], "缺少劳动节2026-05-01"),
        (
            lambda lines: [line for line in lines if line[1] is DayKind.HOLIDAY],
            "放假的工作日减去调休上班日为19天",
        ),
    ],
)
def test_a_typing_error_is_named(change: object, words: str) -> None:
    """Wrong year, twice, make-up on a weekday, a kind that is no exception, a lost holiday, lost make-up days."""
    with pytest.raises(Refusal) as refused:
        check_year(2026, change(lines_of(2026)))  # type: ignore[operator]  # a function of lines
    assert "CalendarInvalid" == refused.value.type
    assert words in refused.value.words
