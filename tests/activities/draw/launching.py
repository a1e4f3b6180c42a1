"""A cancelled draw, and the round launched again: for the tests of who is told and bound by it."""

from models.papers import StartTask
from models.task import JointTask
from models.trail import Outcome
from rules.roles import Role
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET, TASK
from tests.builders import DOCUMENT, LEAD, actor

START = StartTask(document=DOCUMENT, seq="1")


def refused_again(driver: Driver) -> str:
    """The refusal's type of another launch, which names the command of the approval."""
    answer = driver.say(START, actor(LEAD, Role.HANDLER), target=OFFICE_TARGET)
    assert Outcome.REFUSED is answer.outcome
    assert f"task approve-launch {DOCUMENT} 1 --round 1" in answer.words
    return answer.type


def launched_again(driver: Driver, launch: int) -> JointTask:
    """The next launch, accepted."""
    answer = driver.act(LEAD, Role.HANDLER, START, target=OFFICE_TARGET)
    assert {"task": f"{TASK}/{launch}"} == answer.data
    return driver.row(JointTask, f"{TASK}/{launch}")
