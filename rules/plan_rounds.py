"""The rounds that a plan row asks for in its year, and where each of them stands (轮次)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rules.window import MONTHS_PER_PERIOD, window_days

_UNADOPTED = date.min


class RoundState(StrEnum):
    """Where one round stands on a day (轮次状态)."""

    BEFORE = "before"
    AHEAD = "ahead"
    OPEN = "open"
    OVERDUE = "overdue"
    LAUNCHED = "launched"
    OMITTED = "omitted"

    @property
    def label(self) -> str:
        """The state in the words of the trade."""
        return {
            "before": "计划采用前已过",
            "ahead": "未到时间",
            "open": "待发起",
            "overdue": "逾期未发起",
            "launched": "已发起",
            "omitted": "未实施（已登记）",
        }[self.value]

    @property
    def owed(self) -> bool:
        """Whether somebody owes the launch now."""
        return self in (RoundState.OPEN, RoundState.OVERDUE)

    @property
    def over(self) -> bool:
        """Whether nothing more is to come of the round."""
        return self in (RoundState.BEFORE, RoundState.LAUNCHED, RoundState.OMITTED)


class RowState(StrEnum):
    """Where a row stands in its year (计划行状态)."""

    AHEAD = "ahead"
    OPEN = "open"
    OVERDUE = "overdue"
    FULFILLED = "fulfilled"
    OMITTED = "omitted"
    BEFORE = "before"
    WITHDRAWN = "withdrawn"
    WATCHED = "watched"
    WATCHED_OVER = "watched_over"

    @property
    def label(self) -> str:
        """The state in the words of the trade."""
        return {
            "ahead": "未到抽查时间",
            "open": "抽查时间内",
            "overdue": "逾期未发起",
            "fulfilled": "已按计划实施",
            "omitted": "有未实施的轮次（已登记）",
            "before": "计划采用前时间已过",
            "withdrawn": "已调减",
            "watched": "由其他层级实施，仅关注",
            "watched_over": "由其他层级实施，时间已过",
        }[self.value]

    @property
    def over(self) -> bool:
        """Whether the row's year has ended for everybody."""
        return self not in (RowState.AHEAD, RowState.OPEN, RowState.OVERDUE, RowState.WATCHED)


@dataclass(frozen=True)
class Round:
    """A round with its first and last day, both inside."""

    number: int
    first: date
    last: date


def rounds_of(year: int, from_month: int, to_month: int, frequency: Mapping[str, Any] | None) -> list[Round]:
    """The rounds owed inside the window: `times` in each period that the window touches, one without a frequency.

    Where the frequency is a range its lower end is owed. Rounds of one period share its days.
    """
    said = frequency or {}
    times, per = int(said.get("times") or 1), said.get("per")
    length = MONTHS_PER_PERIOD[per] if per else 12
    spans: list[tuple[int, int]] = []
    for first in range(1, 13, length):
        low, high = max(first, from_month), min(first + length - 1, to_month)
        if low <= high:
            spans.append((low, high))
    days = [window_days(year, low, high, _UNADOPTED) for low, high in spans for _ in range(times)]
    return [Round(number, *span) for number, span in enumerate(days, start=1)]


def state_of(
    planned: Round, *, adopted: date, today: date, launched: Collection[int], omitted: Collection[int]
) -> RoundState:
    """Where a round stands; what lay wholly before the row's adoption is nobody's omission."""
    if planned.number in launched:
        return RoundState.LAUNCHED
    if planned.number in omitted:
        return RoundState.OMITTED
    if planned.last < adopted:
        return RoundState.BEFORE
    if today < planned.first:
        return RoundState.AHEAD
    return RoundState.OPEN if today <= planned.last else RoundState.OVERDUE


def row_state(states: Sequence[RoundState]) -> RowState:
    """Where a row launched here stands, by its rounds."""
    if all(state is RoundState.BEFORE for state in states):
        return RowState.BEFORE
    if all(state.over for state in states):
        return RowState.OMITTED if RoundState.OMITTED in states else RowState.FULFILLED
    if RoundState.OVERDUE in states:
        return RowState.OVERDUE
    return RowState.OPEN if RoundState.OPEN in states else RowState.AHEAD


class LaunchMode(StrEnum):
    """What a row's mode asks of this office (抽查检查模式)."""

    HERE = "here"
    RECEIVED = "received"
    WATCHED = "watched"

    @property
    def label(self) -> str:
        """The mode in words."""
        return {
            "here": "本级抽取、本级检查",
            "received": "上级抽取、本级检查",
            "watched": "由其他层级检查",
        }[self.value]


def launch_mode(mode: Mapping[str, Any] | None, own: str = "county") -> LaunchMode | None:
    """What a mode asks of an office of level `own`; None while nobody said who checks.

    In a county 县抽县查 is launched here, 市抽县查 from a received list, 市抽市查 only watched; in a city
    市抽市查 is launched here.
    """
    said = mode or {}
    draw, check = said.get("draw"), said.get("check")
    if draw is None or check is None:
        return None
    if check != own:
        return LaunchMode.WATCHED
    return LaunchMode.HERE if draw == own else LaunchMode.RECEIVED
