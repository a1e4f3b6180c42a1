"""Levers on clocks as persons pull them, for the tests of what comes of it."""

from datetime import date

from models.papers import (
    Paper,
    ResumeClock,
    SuspendClock,
)
from models.trail import Answer, Outcome, Wait
from rules.roles import Role
from tests.activities.driver import Driver
from tests.builders import SECOND, actor

WHY = {"reason": "等待鉴定结论", "approval": "局长办公会〔2026〕3号"}


def suspend(driver: Driver, wait: Wait, first: str, last: str | None = None) -> Answer:
    """The department's head suspends."""
    to = date.fromisoformat(last) if last else None
    paper = SuspendClock(wait=wait.id, from_day=date.fromisoformat(first), to_day=to, **WHY)
    return driver.act(SECOND, Role.HEAD, paper, target=wait.scope)


def resume(driver: Driver, wait: Wait, on: str) -> Answer:
    """The department's head resumes."""
    paper = ResumeClock(wait=wait.id, runs_from=date.fromisoformat(on), **WHY)
    return driver.act(SECOND, Role.HEAD, paper, target=wait.scope)


def refusal(driver: Driver, by: tuple[str, Role], paper: Paper, target: str = "") -> str:
    """The type that a paper is refused with."""
    answer = driver.say(paper, actor(*by), target=target)
    assert Outcome.REFUSED is answer.outcome
    return answer.type


def one_visit(driver: Driver, place: int = 0) -> str:
    """A visit of the second department."""
    return driver.visits(SECOND)[place].id
