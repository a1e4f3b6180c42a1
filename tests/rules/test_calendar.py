"""Claims about the working calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import TZ, Calendar, DayKind, end_of, local_day, until_words
from rules.calendar_seed import library_calendar

CALENDAR = library_calendar(range(2023, 2027))
DAYS = st.dates(date(2022, 6, 1), date(2028, 6, 1))


@pytest.mark.parametrize(
    ("day", "kind", "worked"),
    [
        ("2026-02-13", DayKind.WORKDAY, True),
        ("2026-02-14", DayKind.MAKEUP, True),
        ("2026-02-16", DayKind.HOLIDAY, False),
        ("2026-03-07", DayKind.WEEKEND, False),
        ("2026-09-20", DayKind.MAKEUP, True),
        ("2026-10-01", DayKind.HOLIDAY, False),
        ("2026-10-03", DayKind.HOLIDAY, False),
        ("2026-10-10", DayKind.MAKEUP, True),
    ],
)
def test_a_day_has_its_kind(day: str, kind: DayKind, *, worked: bool) -> None:
    """Holidays take weekdays away and make-up Saturdays and Sundays give some back."""
    assert kind == CALENDAR.kind_of(date.fromisoformat(day))
    assert worked == CALENDAR.is_working(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2026-03-06", 1, "2026-03-09"),  # Friday to Monday
        ("2026-03-07", 1, "2026-03-09"),  # from a Saturday
        ("2026-02-13", 1, "2026-02-14"),  # to a make-up Saturday
        ("2026-02-14", 1, "2026-02-24"),  # over the Spring Festival
        ("2026-09-30", 1, "2026-10-08"),  # over National Day
        ("2026-10-09", 1, "2026-10-10"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-09", -5, "2026-09-24"),  # 25 September is Mid-Autumn
        ("2026-10-04", -1, "2026-09-30"),  # backwards from a holiday
        ("2026-01-04", -1, "2025-12-31"),  # backwards over New Year
        ("2026-12-31", 1, "2027-01-01"),  # an unpublished year knows no New Year's Day
        ("2026-10-03", 0, "2026-10-03"),  # nothing added, nothing moved
    ],
)
def test_working_days_are_added_without_the_day_itself(day: str, n: int, expected: str) -> None:
    """The day of the event isn't counted, forwards or backwards, worked or not."""
    assert date.fromisoformat(expected) == CALENDAR.add_working_days(date.fromisoformat(day), n)


@given(day=DAYS, n=st.integers(-300, 300).filter(bool))
def test_counting_is_the_inverse_of_adding(day: date, n: int) -> None:
    """n working days on, there are n working days between."""
    there = CALENDAR.add_working_days(day, n)
    assert n == CALENDAR.working_days_between(day, there)
    assert CALENDAR.is_working(there)


@given(day=DAYS, n=st.integers(1, 80))
def test_adding_is_what_a_walk_over_the_days_finds(day: date, n: int) -> None:
    """The sorted lists agree with the plain definition."""
    here, left = day, n
    while left:
        here += timedelta(days=1)
        left -= CALENDAR.is_working(here)
    assert here == CALENDAR.add_working_days(day, n)


def test_no_working_day_lies_between_a_day_and_itself() -> None:
    """The span is open at its start."""
    friday = date(2026, 3, 6)
    assert not CALENDAR.working_days_between(friday, friday)


def test_an_unpublished_year_is_plain_monday_to_friday() -> None:
    """An entry of a year without a notice is not looked at: such a year is not known by halves."""
    guess = Calendar({date(2027, 2, 8): DayKind.HOLIDAY}, frozenset({2026}), "t")
    assert guess.is_working(date(2027, 2, 8))
    published = Calendar({date(2027, 2, 8): DayKind.HOLIDAY}, frozenset({2026, 2027}), "t")
    assert not published.is_working(date(2027, 2, 8))


@pytest.mark.parametrize(
    ("from_", "to", "expected"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), False),
        (date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2027, 1, 1), date(2026, 12, 31), True),
        (date(2025, 1, 1), date(2028, 1, 1), True),
    ],
)
def test_a_span_that_touches_an_unpublished_year_is_provisional(
    from_: date, to: date, *, expected: bool
) -> None:
    """Every year of the span must be published, in whichever order its ends are named."""
    assert expected == CALENDAR.provisional(from_, to)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-10-08", "2026-10-08"), ("2026-10-07", "2026-09-30"), ("2026-02-28", "2026-02-28")],
)
def test_a_day_off_gives_way_to_the_working_day_before_it(day: str, expected: str) -> None:
    """A working day, a make-up Saturday too, stays."""
    assert date.fromisoformat(expected) == CALENDAR.working_day_at_or_before(date.fromisoformat(day))


def test_a_day_ends_at_24_00_in_shanghai() -> None:
    """That is 16:00 UTC of the same day, and the next local day's first moment."""
    end = end_of(date(2026, 12, 31))
    assert datetime(2026, 12, 31, 16, tzinfo=UTC) == end
    assert date(2027, 1, 1) == local_day(end)
    assert date(2026, 12, 31) == local_day(end - timedelta(microseconds=1))


def test_a_due_moment_reads_as_its_last_day() -> None:
    """24:00 of the day, an hour inside a day as it is; in Beijing time."""
    assert "2026-04-03 24:00" == until_words(end_of(date(2026, 4, 3)))
    assert "2026-04-02 10:30" == until_words(datetime(2026, 4, 2, 2, 30, tzinfo=UTC))


def test_the_local_day_is_shanghais_whatever_zone_the_moment_has() -> None:
    """Late in the afternoon UTC it is already tomorrow in Shanghai."""
    assert date(2026, 5, 2) == local_day(datetime(2026, 5, 1, 16, 30, tzinfo=UTC))
    assert date(2026, 5, 1) == local_day(datetime(2026, 5, 1, 23, 59, tzinfo=TZ))


def test_a_moment_without_a_zone_has_no_local_day() -> None:
    """A naive moment would be read in the machine's zone."""
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 5, 1, 12))  # noqa: DTZ001 - the naive moment is the case
