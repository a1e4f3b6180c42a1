"""Periods as an office rules them: a number of the policy's own units, or in a notice's words (期限的量和单位)."""

import re
from dataclasses import dataclass
from typing import Any

from rules.deadline import Unit

MOST_DAYS, MOST_MONTHS = 366, 36
_WORDS = {"个工作日": Unit.WORKING_DAY, "日": Unit.NATURAL_DAY, "个月": Unit.MONTH}
"""How notices count; “3月” is March and no period."""
_TEXT = re.compile(rf"([1-9]\d{{0,2}})({'|'.join(_WORDS)})")


@dataclass(frozen=True)
class Span:
    """How long a period is."""

    amount: int
    unit: Unit

    @property
    def words(self) -> str:
        """As people say it."""
        return f"{self.amount}{self.unit.label}"


def span_of(value: Any, unit: Unit) -> Span | None:
    """A policy's value as a period: a whole number counts in `unit`; None for what is none."""
    if isinstance(value, str):
        found = _TEXT.fullmatch(value)
        if found is None:
            return None
        span = Span(int(found[1]), _WORDS[found[2]])
    elif isinstance(value, int) and not isinstance(value, bool):
        span = Span(value, unit)
    else:
        return None
    most = MOST_MONTHS if span.unit is Unit.MONTH else MOST_DAYS
    return span if 1 <= span.amount <= most else None
