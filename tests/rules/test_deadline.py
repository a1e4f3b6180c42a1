"""Claims about deadlines; the vectors are those of the trade's own calendar for 2026."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import TZ, DayKind
from rules.calendar_seed import library_calendar
from rules.deadline import Suspension, Unit, add_working_hours, due_day, due_moment, explain, set_deadline
from rules.refusal import Refusal

CALENDAR = library_calendar(range(2023, 2027))
DAYS = st.dates(date(2023, 1, 1), date(2027, 6, 1))


def day(text: str) -> date:
    """A date from its ISO text."""
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """A moment in Shanghai from its ISO text."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("anchor", "amount", "due"),
    [
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-04-30", 20, "2026-06-01"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2026-11-30", 20, "2026-12-28"),
        ("2026-09-18", 15, "2026-10-15"),
        ("2026-09-18", 10, "2026-10-09"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-01-01", 1, "2026-01-04"),
        ("2025-12-31", 1, "2026-01-04"),
        ("2026-12-01", 23, "2027-01-01"),
        ("2026-12-31", 20, "2027-01-28"),
    ],
)
def test_working_days_end_on_the_day_that_the_law_names(anchor: str, amount: int, due: str) -> None:
    """Holidays, make-up days and both ends of the year are counted right."""
    assert day(due) == due_day(CALENDAR, day(anchor), amount, Unit.WORKING_DAY)


@pytest.mark.parametrize(
    ("anchor", "amount", "unit", "due"),
    [
        ("2026-09-25", 10, Unit.NATURAL_DAY, "2026-10-05"),  # a holiday stays the last day
        ("2026-12-31", 90, Unit.NATURAL_DAY, "2027-03-31"),
        ("2026-01-31", 1, Unit.MONTH, "2026-02-28"),
        ("2024-01-31", 1, Unit.MONTH, "2024-02-29"),
        ("2026-11-30", 3, Unit.MONTH, "2027-02-28"),
        ("2026-02-28", 1, Unit.MONTH, "2026-03-28"),
        ("2026-05-15", 12, Unit.MONTH, "2027-05-15"),
    ],
)
def test_natural_days_and_months_do_not_ask_for_holidays(
    anchor: str, amount: int, unit: Unit, due: str
) -> None:
    """A month ends on the day of its number, or on the last that there is."""
    assert day(due) == due_day(CALENDAR, day(anchor), amount, unit)


def test_a_deadline_that_crosses_into_an_unpublished_year_is_provisional() -> None:
    """And one that doesn't is not; natural days never are, for no notice moves them."""
    inside = set_deadline(CALENDAR, day("2026-11-30"), 20, Unit.WORKING_DAY)
    across = set_deadline(CALENDAR, day("2026-12-31"), 20, Unit.WORKING_DAY)
    natural = set_deadline(CALENDAR, day("2026-12-31"), 20, Unit.NATURAL_DAY)
    expected = (False, True, False)
    assert expected == (inside.provisional, across.provisional, natural.provisional)
    assert CALENDAR.version == across.calendar_version


def test_a_new_calendar_moves_a_provisional_due_day() -> None:
    """Once the year is published the same period is counted by it."""
    days = {day("2027-01-01"): DayKind.HOLIDAY, day("2027-01-02"): DayKind.MAKEUP}
    published = type(CALENDAR)({**CALENDAR.days, **days}, CALENDAR.published_years | {2027}, "notice")
    before = set_deadline(CALENDAR, day("2026-12-31"), 1, Unit.WORKING_DAY)
    after = set_deadline(published, day("2026-12-31"), 1, Unit.WORKING_DAY)
    assert (day("2027-01-01"), True, "library-2026") == (
        before.due,
        before.provisional,
        before.calendar_version,
    )
    assert (day("2027-01-02"), False, "notice") == (after.due, after.provisional, after.calendar_version)


def test_the_last_day_is_whole() -> None:
    """A deadline ends at 24:00 in Shanghai, 16:00 UTC."""
    assert datetime(2026, 3, 16, 16, tzinfo=UTC) == due_moment(day("2026-03-16"))


@pytest.mark.parametrize(
    ("suspensions", "unit", "amount", "due"),
    [
        ([("2026-03-04", "2026-03-05")], Unit.WORKING_DAY, 5, "2026-03-11"),
        ([("2026-03-07", "2026-03-08")], Unit.WORKING_DAY, 5, "2026-03-09"),  # a weekend costs nothing
        ([("2026-03-04", "2026-03-05"), ("2026-03-05", "2026-03-06")], Unit.WORKING_DAY, 5, "2026-03-12"),
        ([("2026-03-01", "2026-03-02")], Unit.WORKING_DAY, 5, "2026-03-09"),  # over before the clock ran
        ([("2026-03-10", None)], Unit.WORKING_DAY, 5, "2026-03-09"),  # after its end
        ([("2026-03-04", "2026-03-05")], Unit.NATURAL_DAY, 5, "2026-03-09"),
        ([("2026-03-10", "2026-03-19")], Unit.MONTH, 1, "2026-04-12"),
        ([("2026-03-10", "2026-03-19"), ("2026-04-05", "2026-04-06")], Unit.MONTH, 1, "2026-04-14"),
    ],
)
def test_suspended_days_are_added_at_the_end(
    suspensions: list[tuple[str, str | None]], unit: Unit, amount: int, due: str
) -> None:
    """Each suspended day that would have counted counts once, however often it is suspended."""
    stood = [Suspension(day(from_), day(to) if to else None) for from_, to in suspensions]
    assert day(due) == due_day(CALENDAR, day("2026-03-02"), amount, unit, stood)


@pytest.mark.parametrize("unit", [Unit.WORKING_DAY, Unit.NATURAL_DAY, Unit.MONTH])
def test_a_clock_that_still_stands_has_no_due_day(unit: Unit) -> None:
    """The refusal says to resume it first."""
    with pytest.raises(Refusal, match="恢复", check=lambda one: one.type == "DeadlineSuspended"):
        due_day(CALENDAR, day("2026-03-02"), 2, unit, [Suspension(day("2026-03-03"), None)])


def test_a_suspension_that_ends_before_it_begins_is_refused() -> None:
    """One day is the shortest."""
    assert Suspension(day("2026-03-03"), day("2026-03-03")).covers(day("2026-03-03"))
    with pytest.raises(Refusal, check=lambda one: one.type == "SuspensionReversed"):
        Suspension(day("2026-03-03"), day("2026-03-02"))


@pytest.mark.parametrize("unit", [Unit.WORKING_DAY, Unit.NATURAL_DAY, Unit.MONTH])
def test_a_period_of_nothing_ends_on_its_own_day(unit: Unit) -> None:
    """Worked or not."""
    assert day("2026-10-03") == due_day(CALENDAR, day("2026-10-03"), 0, unit)


@pytest.mark.parametrize(("amount", "unit"), [(4, Unit.WORKING_HOUR), (-1, Unit.WORKING_DAY)])
def test_a_due_day_needs_a_length_in_days(amount: int, unit: Unit) -> None:
    """Hours end at a moment, and no period is negative."""
    with pytest.raises(ValueError, match=r"moment|negative"):
        due_day(CALENDAR, day("2026-03-02"), amount, unit)


@given(
    anchor=DAYS,
    amount=st.integers(1, 30),
    unit=st.sampled_from([Unit.WORKING_DAY, Unit.NATURAL_DAY]),
    start=st.integers(0, 20),
    length=st.integers(0, 15),
)
def test_the_explanation_counts_as_many_days_as_the_period_has(
    anchor: date, amount: int, unit: Unit, start: int, length: int
) -> None:
    """It begins with the anchor, has no gap, ends on the due day, and every line says why."""
    from_ = anchor + timedelta(days=start)
    stood = [Suspension(from_, from_ + timedelta(days=length))]
    lines = explain(CALENDAR, anchor, amount, unit, stood)
    due = due_day(CALENDAR, anchor, amount, unit, stood)
    assert [anchor + timedelta(days=i) for i in range((due - anchor).days + 1)] == [one[0] for one in lines]
    assert amount == sum(counted for _, counted, _ in lines)
    assert lines[-1][1]
    assert all(why for _, _, why in lines)


def test_a_month_explains_where_it_ends_and_what_makes_up_for_days_that_stood() -> None:
    """From 30 January it ends with February; two days that stood are added behind it."""
    stood = [Suspension(day("2026-02-10"), day("2026-02-11"))]
    lines = explain(CALENDAR, day("2026-01-30"), 1, Unit.MONTH, stood)
    assert [
        (day("2026-02-27"), True, "期间内，计入"),
        (day("2026-02-28"), True, "满1个月之日（当月没有30日，为月末），计入"),
        (day("2026-03-01"), True, "补足中止的日数，计入"),
        (day("2026-03-02"), True, "补足中止的日数，计入"),
    ] == lines[-4:]
    assert [day("2026-02-10"), day("2026-02-11")] == [one[0] for one in lines[1:] if not one[1]]


def test_the_explanation_names_each_reason() -> None:
    """Weekend, holiday, make-up day, suspension, guessed year."""
    stood = [Suspension(day("2026-09-22"), day("2026-09-22"))]
    lines = explain(CALENDAR, day("2026-09-18"), 10, Unit.WORKING_DAY, stood)
    expected = {
        (day("2026-09-18"), False, "起算事实发生当日，不计入"),
        (day("2026-09-19"), False, "周末，不计入"),
        (day("2026-09-20"), True, "调休上班日，计入"),
        (day("2026-09-21"), True, "工作日，计入"),
        (day("2026-09-22"), False, "期限中止，不计入"),
        (day("2026-10-01"), False, "法定节假日，不计入"),
    }
    assert expected <= set(lines)
    guessed = explain(CALENDAR, day("2026-12-31"), 1, Unit.WORKING_DAY)[-1]
    assert "尚未公布" in guessed[2]


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-06T08:00", 4, "2026-03-06T12:00"),
        ("2026-03-06T09:30", 4, "2026-03-06T16:00"),  # over the noon break
        ("2026-03-06T17:00", 2, "2026-03-09T09:00"),  # over a weekend
        ("2026-03-06T20:00", 1, "2026-03-09T09:00"),
        ("2026-03-07T10:00", 1, "2026-03-09T09:00"),  # from a Saturday
        ("2026-03-06T07:00", 1, "2026-03-06T09:00"),
        ("2026-03-06T13:00", 1, "2026-03-06T15:30"),
        ("2026-02-13T17:00", 2, "2026-02-14T09:00"),  # to a make-up Saturday
        ("2026-09-30T17:30", 8, "2026-10-08T18:00"),  # over National Day
        ("2026-03-06T09:00", -2, "2026-03-05T17:00"),
        ("2026-03-09T08:00", -1, "2026-03-06T17:00"),
        ("2026-03-09T15:00", -1, "2026-03-09T11:30"),
        ("2026-03-08T10:00", -1, "2026-03-06T17:00"),
        ("2026-03-07T10:00", 0, "2026-03-07T10:00"),
    ],
)
def test_working_hours_run_only_while_the_office_is_open(start: str, hours: int, end: str) -> None:
    """08:00–12:00 and 14:30–18:00 of working days, forwards and backwards."""
    assert at(end) == add_working_hours(CALENDAR, at(start), hours)


def test_working_hours_are_shanghais_whatever_zone_the_moment_has() -> None:
    """Midnight UTC is 08:00 in Shanghai."""
    assert at("2026-03-06T10:00") == add_working_hours(CALENDAR, datetime(2026, 3, 6, tzinfo=UTC), 2)


@given(minutes=st.integers(0, 400_000), first=st.integers(1, 40), second=st.integers(1, 40))
def test_working_hours_add_up(minutes: int, first: int, second: int) -> None:
    """Two periods one after the other are one period of their sum."""
    start = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    halfway = add_working_hours(CALENDAR, start, first)
    assert add_working_hours(CALENDAR, start, first + second) == add_working_hours(CALENDAR, halfway, second)
