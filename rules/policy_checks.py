"""What a policy's value may be: each check says in Chinese what it should be, None for a good one (参数核对)."""

from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from rules.deadline import Unit
from rules.ladder_data import parse_ladder
from rules.period import MOST_DAYS, MOST_MONTHS, span_of
from rules.refusal import Refusal

Check = Callable[[Any], str | None]
CREDIT_CLASSES = ("A", "B", "C", "D")


def whole(least: int, most: int, unit: Unit | None = None) -> Check:
    """A whole number between two, both allowed; of `unit` and no other, where it is a period."""
    only = f"（{unit.label}），不写单位" if unit else ""

    def check(value: Any) -> str | None:
        # JSON's true is Python's 1, but no number of days.
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if good else f"应为{least}至{most}之间的整数{only}"

    return check


def whole_or_none(least: int, most: int) -> Check:
    """The same, or null."""
    check = whole(least, most)
    return lambda value: None if value is None else check(value)


def trade_classes(value: Any) -> str | None:
    """None (no part in a draw) or the draw's class for each of the trade's own classes."""
    good = value is None or (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(name, str) and name for name in value)
        and all(tier in CREDIT_CLASSES for tier in value.values())
    )
    return None if good else '应为行业分类到 A、B、C、D 的对照表，如 {"Ⅰ级": "A", "Ⅳ级": "D"}'


def period(unit: Unit) -> Check:
    """A number of `unit`, or a period in a notice's words: other days, or months."""

    def check(value: Any) -> str | None:
        wanted = f"应为1至{MOST_DAYS}之间的整数（{unit.label}），或写明单位，如 10个工作日、30日、1个月（至多{MOST_MONTHS}个月）"
        return None if span_of(value, unit) else wanted

    return check


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(value: Any) -> str | None:
        return None if value in words else f"应为下列之一：{'、'.join(words)}"

    return check


def some_of(*words: str) -> Check:
    """A list of some of these words, or of none."""

    def check(value: Any) -> str | None:
        good = isinstance(value, list) and set(value) <= set(words)
        return None if good else f"应为列表，可含：{'、'.join(words)}"

    return check


def yes_or_no(value: Any) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "应为 true 或 false"


def hour(value: Any) -> str | None:
    """A time of day."""
    try:
        good = isinstance(value, str) and time.fromisoformat(value).strftime("%H:%M") == value
    except ValueError:
        good = False
    return None if good else "应为 HH:MM 形式的钟点，如 08:30"


def ladder(value: Any) -> str | None:
    """A ladder, as `rules/ladder_data.py` reads it."""
    try:
        parse_ladder(value)
    except Refusal as refusal:
        return refusal.words
    return None


def rising(value: Any) -> str | None:
    """None (unconfirmed) or a multiplier for each credit class, none lower than the one before."""
    wanted = '应为 A、B、C、D 四级的倍数，逐级不减，如 {"A": "1", "B": "2", "C": "4", "D": "4"}'
    if value is None:
        return None
    if not isinstance(value, Mapping) or sorted(value) != sorted(CREDIT_CLASSES):
        return wanted
    given = [value[name] for name in CREDIT_CLASSES]
    # A float is no exact decimal: 0.1 would not be the tenth that was typed.
    if any(isinstance(one, bool) or not isinstance(one, int | str) for one in given):
        return wanted
    try:
        steps = [Decimal(one) for one in given]
    except InvalidOperation:
        return wanted
    good = all(step.is_finite() for step in steps) and steps[0] > 0 and steps == sorted(steps)
    return None if good else wanted
