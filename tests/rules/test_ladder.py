"""Claims about escalation: each rung once, at its moment, and nothing forgotten after an outage."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import TZ, local_day
from rules.calendar_seed import library_calendar
from rules.ladder import (
    DEFAULT_LADDER,
    SHORT_LADDER,
    Fired,
    Level,
    Rung,
    due_rungs,
    level_of,
    moment_of,
    moments,
    next_rung,
    recipients,
)
from rules.roles import Role

CALENDAR = library_calendar(range(2023, 2027))
MINUS5, MINUS1, DUE, PLUS1, PLUS3 = DEFAULT_LADDER
Told = tuple[Fired | None, list[Fired]]
NATIONAL_DAY = date(2026, 10, 9)
"""A due day whose ladder crosses Mid-Autumn, National Day and a make-up Saturday."""


def at(text: str) -> datetime:
    """A moment in Shanghai from its ISO text."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-03-16", ["03-09", "03-13", "03-16", "03-17", "03-19"]),
        ("2026-10-09", ["09-24", "10-08", "10-09", "10-10", "10-13"]),
        ("2026-02-13", ["02-06", "02-12", "02-13", "02-14", "02-25"]),
        ("2026-12-30", ["12-23", "12-29", "12-30", "12-31", "01-04"]),
        ("2026-10-04", ["09-22", "09-29", "09-30", "10-08", "10-10"]),
    ],
)
def test_the_rungs_fire_on_working_mornings_counted_from_the_due_day(due: str, expected: list[str]) -> None:
    """Over weekends, holidays, make-up days and New Year; a due day off is told on the working day before."""
    fired = moments(CALENDAR, date.fromisoformat(due), DEFAULT_LADDER)
    assert expected == [f"{moment:%m-%d}" for _, moment in fired]
    assert {"08:30+0800"} == {f"{moment:%H:%M%z}" for _, moment in fired}


@given(due=st.dates(date(2023, 6, 1), date(2027, 12, 1)), repetition=st.integers(0, 40))
def test_no_rung_falls_on_a_day_off_and_all_keep_their_order(due: date, repetition: int) -> None:
    """Whatever the due day, published or not."""
    ordered = [moment for _, moment in moments(CALENDAR, due, DEFAULT_LADDER)]
    ordered.append(moment_of(CALENDAR, due, PLUS3, repetition + 1))
    assert all(CALENDAR.is_working(local_day(moment)) for moment in ordered)
    assert all(one < other for one, other in pairwise(ordered))


def test_the_last_rung_comes_again_every_third_working_day() -> None:
    """It never ends."""
    days = [f"{moment_of(CALENDAR, NATIONAL_DAY, PLUS3, number):%m-%d}" for number in range(4)]
    expected = ["10-13", "10-16", "10-21", "10-26"]
    assert expected == days


def test_a_rung_without_a_repetition_is_its_first() -> None:
    """The hours' ladder comes again every working day."""
    due = at("2026-03-09T09:00")
    days = [f"{moment_of(CALENDAR, due, SHORT_LADDER[-1], number):%m-%d}" for number in range(5)]
    expected = ["03-10", "03-11", "03-12", "03-13", "03-16"]
    assert expected == days
    assert moment_of(CALENDAR, due, SHORT_LADDER[-1], 0) == moment_of(CALENDAR, due, SHORT_LADDER[-1])


def test_the_hour_is_the_policys() -> None:
    """An office that opens later is told later."""
    assert at("2026-10-09T09:00") == moment_of(CALENDAR, NATIONAL_DAY, DUE, 0, "09:00")


def test_a_ladder_in_hours_counts_office_hours_from_the_due_moment() -> None:
    """Two office hours before Monday 09:00 is Friday 17:00; the mornings after are the office's."""
    due = at("2026-03-09T09:00")
    expected = [at("2026-03-06T17:00"), at("2026-03-09T09:00"), at("2026-03-10T08:30")]
    assert expected == [moment for _, moment in moments(CALENDAR, due, SHORT_LADDER)]


def test_a_ladder_in_hours_takes_a_due_day_as_its_midnight() -> None:
    """The last two office hours of the day come before it."""
    first, *_ = moments(CALENDAR, date(2026, 3, 6), SHORT_LADDER)
    assert at("2026-03-06T16:00") == first[1]


@pytest.mark.parametrize(
    ("rung", "owner", "expected"),
    [
        (MINUS5, Role.APPROVER, (Role.APPROVER,)),
        (DUE, Role.APPROVER, (Role.APPROVER, Role.HEAD)),
        (DUE, Role.HEAD, (Role.HEAD,)),
        (PLUS3, Role.HANDLER, (Role.OFFICE,)),
    ],
)
def test_the_rung_that_tells_the_person_tells_the_role_that_owes(
    rung: Rung, owner: Role, expected: tuple[Role, ...]
) -> None:
    """A wait of an approver reminds the approver, and nobody is told twice."""
    assert expected == recipients(rung, owner)


@pytest.mark.parametrize(
    ("now", "fired", "expected"),
    [
        ("2026-09-01T12:00", set(), (MINUS5, 0, "2026-09-24T08:30")),
        ("2026-09-24T08:29", set(), (MINUS5, 0, "2026-09-24T08:30")),
        ("2026-09-24T08:30", {("minus5", 0)}, (MINUS1, 0, "2026-10-08T08:30")),
        ("2026-10-04T08:30", set(), (MINUS1, 0, "2026-10-08T08:30")),
        ("2026-10-10T08:30", set(), (PLUS3, 0, "2026-10-13T08:30")),
        ("2026-10-10T08:30", {("plus3", 0)}, (PLUS3, 1, "2026-10-16T08:30")),
        ("2026-10-20T10:00", set(), (PLUS3, 2, "2026-10-21T08:30")),
    ],
)
def test_the_timer_sleeps_to_the_next_unfired_rung(
    now: str, fired: set[tuple[str, int]], expected: tuple[Rung, int, str]
) -> None:
    """What lies at or before now is not slept to."""
    rung, repetition, moment = expected
    assert (rung, repetition, at(moment)) == next_rung(CALENDAR, NATIONAL_DAY, DEFAULT_LADDER, fired, at(now))


def test_a_ladder_that_does_not_repeat_ends() -> None:
    """Then there is nothing to sleep to."""
    assert next_rung(CALENDAR, NATIONAL_DAY, DEFAULT_LADDER[:4], (), at("2026-10-10T08:30")) is None


@pytest.mark.parametrize(
    ("now", "fired", "fire", "merged"),
    [
        ("2026-09-24T08:29", [], None, []),
        ("2026-09-24T08:30", [], (MINUS5, 0), []),
        ("2026-09-24T08:31", [("minus5", 0)], None, []),
        ("2026-10-09T09:00", [("minus5", 0)], (DUE, 0), [(MINUS1, 0)]),
        ("2026-10-10T09:00", [], (PLUS1, 0), [(MINUS5, 0), (MINUS1, 0), (DUE, 0)]),
        (
            "2026-10-22T03:00",
            [("minus5", 0), ("minus1", 0), ("due", 0)],
            (PLUS3, 2),
            [(PLUS1, 0), (PLUS3, 0), (PLUS3, 1)],
        ),
    ],
)
def test_after_an_outage_only_the_highest_missed_rung_is_sent(
    now: str,
    fired: list[tuple[str, int]],
    fire: tuple[Rung, int] | None,
    merged: list[tuple[Rung, int]],
) -> None:
    """The others are recorded as merged into it, in their order of time."""
    opened = at("2026-09-18T10:00")
    assert (fire, merged) == due_rungs(CALENDAR, NATIONAL_DAY, DEFAULT_LADDER, fired, at(now), opened)


def test_a_rung_before_the_wait_was_opened_is_passed_over() -> None:
    """Two working days to claim have no rung five days before."""
    opened, due = at("2026-03-03T10:00"), date(2026, 3, 5)
    looks = [opened, at("2026-03-04T08:30")]
    expected: list[Told] = [(None, []), ((MINUS1, 0), [])]
    assert expected == [due_rungs(CALENDAR, due, DEFAULT_LADDER, (), now, opened) for now in looks]


def test_a_rung_at_the_very_moment_of_opening_fires() -> None:
    """Only what lies before the opening is passed over."""
    opened = at("2026-10-08T08:30")
    expected: Told = ((MINUS1, 0), [])
    assert expected == due_rungs(CALENDAR, NATIONAL_DAY, DEFAULT_LADDER, (), opened, opened)


def test_a_wait_opened_after_its_due_day_starts_at_the_rung_that_lies_ahead() -> None:
    """A moved due moment has rungs of its own, of which only those still ahead fire."""
    opened = at("2026-10-15T10:00")
    looks = [opened, at("2026-10-16T08:30")]
    expected: list[Told] = [(None, []), ((PLUS3, 1), [])]
    assert expected == [due_rungs(CALENDAR, NATIONAL_DAY, DEFAULT_LADDER, (), now, opened) for now in looks]


def test_a_wait_opened_after_a_whole_ladder_is_told_at_once_and_only_once() -> None:
    """A ladder without repetition would leave it unseen."""
    opened = at("2026-10-20T10:00")
    ladder, states = DEFAULT_LADDER[:4], list[list[tuple[str, int]]]([[], [("plus1", 0)]])
    expected: list[Told] = [((PLUS1, 0), []), (None, [])]
    assert expected == [due_rungs(CALENDAR, NATIONAL_DAY, ladder, fired, opened, opened) for fired in states]


@given(
    due=st.dates(date(2026, 1, 10), date(2027, 3, 1)),
    naps=st.lists(st.integers(1, 60 * 24 * 12), min_size=1, max_size=25),
)
def test_every_rung_is_fired_or_merged_exactly_once_whatever_the_outages(due: date, naps: list[int]) -> None:
    """However long the worker is away between two looks, and always by the moment's order."""
    opened = datetime.combine(due - timedelta(days=30), datetime.min.time(), TZ)
    now, done = opened, list[tuple[str, int]]()
    for nap in naps:
        now += timedelta(minutes=nap)
        fire, merged = due_rungs(CALENDAR, due, DEFAULT_LADDER, done, now, opened)
        done += [(rung.name, repetition) for rung, repetition in [*merged, *([fire] if fire else [])]]
        assert due_rungs(CALENDAR, due, DEFAULT_LADDER, done, now, opened)[0] is None
        ahead = next_rung(CALENDAR, due, DEFAULT_LADDER, done, now)
        assert ahead is not None
        assert (ahead[0].name, ahead[1]) not in done
    names = {rung.name: rung for rung in DEFAULT_LADDER}
    fired_at = [moment_of(CALENDAR, due, names[name], repetition) for name, repetition in done]
    assert len(done) == len(set(done))
    assert sorted(fired_at) == fired_at
    expected = sum(moment <= now for _, moment in moments(CALENDAR, due, DEFAULT_LADDER))
    assert expected == len({name for name, _ in done})


def test_moments_compare_in_any_zone() -> None:
    """A worker's clock is UTC."""
    now = datetime(2026, 9, 24, 0, 30, tzinfo=UTC)
    opened = now - timedelta(days=5)
    expected: Told = ((MINUS5, 0), [])
    assert expected == due_rungs(CALENDAR, NATIONAL_DAY, DEFAULT_LADDER, (), now, opened)


@pytest.mark.parametrize(
    ("fired", "expected"),
    [
        ([], Level.NONE),
        ([("minus5", 0)], Level.PERSON),
        ([("minus5", 0), ("due", 0)], Level.HEAD),
        ([("plus3", 4), ("minus1", 0)], Level.OFFICE),
    ],
)
def test_the_level_is_the_highest_rung_reached(fired: list[tuple[str, int]], expected: Level) -> None:
    """Whatever was fired or merged last."""
    assert expected == level_of(DEFAULT_LADDER, fired)


def test_the_levels_that_are_stored_do_not_change() -> None:
    """Search attributes carry the numbers: 0 none, 1 the person, 2 the head, 3 the coordinating office."""
    expected = [(0, "NONE"), (1, "PERSON"), (2, "HEAD"), (3, "OFFICE")]
    assert expected == [(int(level), level.name) for level in Level]
    assert len(Level) == len({level.label for level in Level})


def test_a_rung_says_when_it_fires() -> None:
    """In the words that people read in a policy."""
    expected = [
        "到期前5个工作日",
        "到期前1个工作日",
        "到期当日",
        "逾期后1个工作日",
        "逾期后3个工作日，其后每3个工作日一次",
    ]
    assert expected == [rung.label for rung in DEFAULT_LADDER]
    assert "到期前2个工作小时" in SHORT_LADDER[0].label
