"""The window of a plan row (抽查起止时间) and the rounds that its frequency asks for."""

import calendar as months
from datetime import date

from rules.refusal import Refusal

Window = tuple[date, date]
"""First and last day, both inside."""

MONTHS_PER_PERIOD = {"year": 12, "half": 6, "quarter": 3, "month": 1}
"""Lengths of the periods that a frequency may name (年, 半年, 季度, 月)."""


def window_days(year: int, from_month: int, to_month: int, adopted: date) -> Window:
    """First day of the first month (adoption, where later) to the last day of the last month.

    Adopted after its last day the window is empty: first lies after last and nothing is inside.
    Refuses `WindowInvalid` for months that are none or in the wrong order.
    """
    if not 1 <= from_month <= to_month <= 12:
        raise Refusal(
            "WindowInvalid", f"抽查起止时间“{from_month}月—{to_month}月”无法确定，请核对原文后补录起止月份"
        )
    first = max(date(year, from_month, 1), adopted)
    return first, date(year, to_month, months.monthrange(year, to_month)[1])


def inside(day: date, window: Window) -> bool:
    """Whether a round may be launched on that day without the coordinating office's approval."""
    first, last = window
    return first <= day <= last


def rounds_due(times: int, per: str | None, from_month: int = 1, to_month: int = 12) -> int:
    """How many rounds a frequency asks for inside a window of months.

    `per` is a key of `MONTHS_PER_PERIOD`, None without a period; a period counts where the window
    touches it. Refuses `FrequencyInvalid` for an unknown period or fewer than one time.
    """
    if times < 1 or (per is not None and per not in MONTHS_PER_PERIOD):
        raise Refusal("FrequencyInvalid", f"抽查频次“{times}次/{per}”无法确定，请核对原文后补录频次")
    if per is None:
        return times
    length = MONTHS_PER_PERIOD[per]
    return times * ((to_month - 1) // length - (from_month - 1) // length + 1)
