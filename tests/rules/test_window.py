"""Claims about windows and rounds."""

from datetime import date

import pytest

from rules.refusal import Refusal
from rules.window import inside, rounds_due, window_days


@pytest.mark.parametrize(
    ("months", "adopted", "first", "last"),
    [
        ((3, 10), date(2024, 1, 25), date(2024, 3, 1), date(2024, 10, 31)),
        ((2, 2), date(2024, 1, 25), date(2024, 2, 1), date(2024, 2, 29)),
        ((1, 3), date(2023, 2, 10), date(2023, 2, 10), date(2023, 3, 31)),  # adopted inside the window
        ((12, 12), date(2024, 1, 25), date(2024, 12, 1), date(2024, 12, 31)),
    ],
)
def test_a_window_is_whole_months_from_adoption_on(
    months: tuple[int, int], adopted: date, first: date, last: date
) -> None:
    """First day of its first month to last day of its last."""
    window = window_days(last.year, *months, adopted)
    assert (first, last) == window
    assert inside(first, window)
    assert inside(last, window)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 11, 1), date(2023, 5, 1), date(2025, 5, 1)])
def test_a_day_before_or_after_lies_outside(day: date) -> None:
    """Of another year too."""
    assert not inside(day, window_days(2024, 3, 10, date(2024, 1, 25)))


def test_a_window_that_was_past_at_adoption_is_empty() -> None:
    """Not even the day of adoption lies in it: a launch needs the coordinating office."""
    adopted = date(2026, 11, 20)
    window = window_days(2024, 3, 10, adopted)
    assert not any(inside(day, window) for day in (adopted, date(2024, 5, 1), date(2024, 10, 31)))


@pytest.mark.parametrize("months", [(0, 3), (3, 13), (10, 3)])
def test_months_that_make_no_window_are_refused(months: tuple[int, int]) -> None:
    """A person reads the notice again; nothing is guessed."""
    with pytest.raises(Refusal, match="核对原文", check=lambda one: one.type == "WindowInvalid"):
        window_days(2024, *months, date(2024, 1, 1))


@pytest.mark.parametrize(
    ("times", "per", "months", "expected"),
    [
        (1, "year", (3, 10), 1),
        (2, "year", (3, 10), 2),
        (1, None, (3, 10), 1),
        (3, None, (3, 3), 3),
        (1, "half", (3, 10), 2),
        (1, "half", (3, 6), 1),
        (1, "quarter", (1, 12), 4),
        (1, "quarter", (3, 4), 2),  # a quarter counts where the window touches it
        (2, "quarter", (7, 9), 2),
        (1, "month", (3, 10), 8),
    ],
)
def test_a_frequency_makes_that_many_rounds(
    times: int, per: str | None, months: tuple[int, int], expected: int
) -> None:
    """Times per period, over the periods of the window."""
    assert expected == rounds_due(times, per, *months)


def test_a_frequency_without_a_window_is_the_whole_years() -> None:
    """Twelve months."""
    expected = [1, 2, 4, 12]
    assert expected == [rounds_due(1, per) for per in ("year", "half", "quarter", "month")]


@pytest.mark.parametrize(("times", "per"), [(0, "year"), (1, "week")])
def test_a_frequency_that_makes_no_sense_is_refused(times: int, per: str) -> None:
    """A person reads the notice again."""
    with pytest.raises(Refusal, match="频次", check=lambda one: one.type == "FrequencyInvalid"):
        rounds_due(times, per)
