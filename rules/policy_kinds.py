"""What a policy is made of, and the kinds that come many times: days, a wait's period, hours (参数种类)."""

from dataclasses import dataclass
from typing import Any

from rules.deadline import Unit
from rules.period import MOST_DAYS
from rules.policy_checks import Check, period, whole

PROPOSED = "(policy) 通知未载，由领导小组办公室规定"
"""Stands in no notice at hand: a proposal that an office may change."""
PENALTY_PROCEDURE = "市场监督管理行政处罚程序规定"
"""Rules of one trade: a department that has others of its own sets its own value."""


@dataclass(frozen=True)
class PolicyRule:
    """One policy: its Chinese name, its JSON default, and the clause that the default comes from."""

    label: str
    default: Any
    clause: str
    check: Check
    """Says in Chinese what a value should be, None for a good one."""
    unit: Unit | None = None


def days(label: str, amount: int, clause: str = PROPOSED, unit: Unit = Unit.WORKING_DAY) -> PolicyRule:
    """A number of days and nothing else: what each check's clock adds to, or how far back is looked."""
    return PolicyRule(label, amount, clause, whole(1, MOST_DAYS, unit), unit)


def wait_period(label: str, amount: int, clause: str = PROPOSED, unit: Unit = Unit.WORKING_DAY) -> PolicyRule:
    """A wait's own period: in days by default, which an office may rule in other days or in months."""
    return PolicyRule(label, amount, clause, period(unit), unit)


def hours(label: str, amount: int) -> PolicyRule:
    """A number of working hours, for what is done at one sitting."""
    return PolicyRule(label, amount, PROPOSED, whole(1, 240, Unit.WORKING_HOUR), Unit.WORKING_HOUR)
