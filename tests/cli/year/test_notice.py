"""The synthetic notice of a simulated year's holidays."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cli.year.notice import synthetic_notice
from rules.calendar import DayKind
from rules.calendar_check import check_year


@given(st.integers(2027, 2100), st.integers(0, 10_000))
def test_any_coming_year_passes_the_check_of_real_notices(year: int, seed: int) -> None:
    """With make-up days, eleven weekdays off that nobody makes up for, and marked as synthetic."""
    notice = synthetic_notice(year, Random(seed))
    counted = check_year(year, [(line.day, line.kind) for line in notice.days])
    assert 11 == counted.net_off
    assert counted.makeups > 0
    assert "合成" in notice.document
    assert all("合成" in line.name for line in notice.days)
    assert {DayKind.HOLIDAY, DayKind.MAKEUP} == {line.kind for line in notice.days}
