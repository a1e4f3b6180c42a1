"""Periods as an office rules them."""

from typing import Any

import pytest

from rules.deadline import Unit
from rules.period import Span, span_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10, Span(10, Unit.WORKING_DAY)),
        ("1个月", Span(1, Unit.MONTH)),
        ("36个月", Span(36, Unit.MONTH)),
        ("30日", Span(30, Unit.NATURAL_DAY)),
        ("15个工作日", Span(15, Unit.WORKING_DAY)),
    ],
)
def test_a_number_counts_in_the_policys_unit_and_words_name_their_own(value: Any, expected: Span) -> None:
    """As notices write them."""
    assert expected == span_of(value, Unit.WORKING_DAY)


@pytest.mark.parametrize(
    "value", [0, 367, True, None, 2.5, "10", "3月", "0日", "37个月", "400日", "一个月", "1个月内"]
)
def test_what_is_no_period_is_none(value: Any) -> None:
    """3月 is March; too long, nothing at all, and other words are no period either."""
    assert span_of(value, Unit.WORKING_DAY) is None
