"""The rounds of a plan row: how many, when, and where each stands."""

from datetime import date

import pytest

from rules.plan_rounds import LaunchMode, RoundState, RowState, launch_mode, rounds_of, row_state, state_of
from rules.window import rounds_due


def test_a_row_without_a_frequency_owes_one_round_in_its_window() -> None:
    """From the first day of the first month to the last day of the last."""
    (only,) = rounds_of(2026, 3, 10, None)
    assert (1, date(2026, 3, 1), date(2026, 10, 31)) == (only.number, only.first, only.last)


def test_quarterly_rounds_are_cut_to_the_window() -> None:
    """March to October touches all four quarters."""
    rounds = rounds_of(2026, 3, 10, {"times": 1, "per": "quarter"})
    assert [(3, 3), (4, 6), (7, 9), (10, 10)] == [(one.first.month, one.last.month) for one in rounds]


@pytest.mark.parametrize("per", ["year", "half", "quarter", "month", None])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("window", [(1, 12), (3, 10), (6, 6), (2, 7)])
def test_there_are_as_many_rounds_as_may_be_launched(
    times: int, per: str | None, window: tuple[int, int]
) -> None:
    """The watch and the launch count alike."""
    assert rounds_due(times, per, *window) == len(rounds_of(2026, *window, {"times": times, "per": per}))


@pytest.mark.parametrize(
    ("today", "adopted", "expected"),
    [
        (date(2026, 2, 28), date(2026, 1, 1), RoundState.AHEAD),
        (date(2026, 3, 1), date(2026, 1, 1), RoundState.OPEN),
        (date(2026, 3, 31), date(2026, 3, 31), RoundState.OPEN),
        (date(2026, 4, 1), date(2026, 1, 1), RoundState.OVERDUE),
        (date(2026, 4, 1), date(2026, 4, 1), RoundState.BEFORE),
    ],
)
def test_what_lay_before_adoption_is_nobodys_omission(
    today: date, adopted: date, expected: RoundState
) -> None:
    """A round of March: ahead, open, overdue, or over before anybody adopted it."""
    (march,) = rounds_of(2026, 3, 3, None)
    assert expected is state_of(march, adopted=adopted, today=today, launched=(), omitted=())


def test_a_launched_round_is_launched_whatever_the_day() -> None:
    """Also after its window, and rather than omitted."""
    (march,) = rounds_of(2026, 3, 3, None)
    day = date(2026, 9, 1)
    states = [
        state_of(march, adopted=day, today=day, launched=launched, omitted=omitted)
        for launched, omitted in (((1,), (1,)), ((), (1,)))
    ]
    assert [RoundState.LAUNCHED, RoundState.OMITTED] == states


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([RoundState.LAUNCHED, RoundState.BEFORE], RowState.FULFILLED),
        ([RoundState.LAUNCHED, RoundState.OMITTED], RowState.OMITTED),
        ([RoundState.BEFORE, RoundState.BEFORE], RowState.BEFORE),
        ([RoundState.LAUNCHED, RoundState.AHEAD], RowState.AHEAD),
        ([RoundState.OPEN, RoundState.OVERDUE], RowState.OVERDUE),
        ([RoundState.OPEN, RoundState.AHEAD], RowState.OPEN),
    ],
)
def test_a_rows_state_follows_its_rounds(states: list[RoundState], expected: RowState) -> None:
    """It is over when every round is."""
    assert expected is row_state(states)
    assert expected.over == all(state.over for state in states)


@pytest.mark.parametrize(
    ("draw", "check", "expected"),
    [
        ("county", "county", LaunchMode.HERE),
        ("city", "county", LaunchMode.RECEIVED),
        ("province", "county", LaunchMode.RECEIVED),
        ("city", "city", LaunchMode.WATCHED),
        ("city", None, None),
        (None, None, None),
    ],
)
def test_the_mode_says_what_is_done_here(
    draw: str | None, check: str | None, expected: LaunchMode | None
) -> None:
    """市抽查 names only who draws: a person must say which."""
    assert expected is launch_mode({"draw": draw, "check": check})


@pytest.mark.parametrize(
    ("draw", "check", "expected"),
    [
        ("city", "city", LaunchMode.HERE),
        ("province", "city", LaunchMode.RECEIVED),
        ("city", "county", LaunchMode.WATCHED),
        ("city", None, None),
    ],
)
def test_in_a_city_the_citys_own_checks_are_launched(
    draw: str, check: str | None, expected: LaunchMode | None
) -> None:
    """What is watched in a county is a city's own work."""
    assert expected is launch_mode({"draw": draw, "check": check}, "city")
