"""A rising table that nobody has confirmed is a wait of the head, before anybody asks for a draw in vain."""

from datetime import date

import pytest

from models.papers import RequestDraw, SetPolicy
from models.trail import Outcome
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import claimed, offered, prepared
from tests.activities.waits import wait_of
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE_DESK, actor

TABLE = SetPolicy(
    key="rising_table",
    value={"A": "1", "B": "2", "C": "4", "D": "4"},
    clause="局务会",
    valid_from=date(2026, 4, 1),
    department=LEAD,
)


@pytest.fixture
def driver(at: At) -> Driver:
    """A launched task of an office that wants classes for every market entity."""
    made = at("launched")
    wants = SetPolicy(key="market_classes", value=True, clause="阳城 二", valid_from=made.today)
    made.act(OFFICE_DESK, Role.OFFICE, wants, target=OFFICE_TARGET)
    return made


def test_the_head_is_waited_for_from_the_confirmed_scope_on(driver: Driver) -> None:
    """With its command; the word of the head settles it, and the draw can be asked for."""
    prepared(driver)
    wait = wait_of(driver, WaitKind.RISING, LEAD)
    assert (Role.HEAD, None) == (wait.role, wait.closed_at)
    offered(driver)
    claimed(driver)
    refused = driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "RisingTableUnconfirmed") == (refused.outcome, refused.type)
    driver.act(LEAD, Role.HEAD, TABLE, target=OFFICE_TARGET)
    assert wait_of(driver, WaitKind.RISING, LEAD).closed_at is not None
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划"))


def test_a_table_that_is_confirmed_already_is_not_waited_for(driver: Driver) -> None:
    """Nobody is asked twice."""
    driver.act(LEAD, Role.HEAD, TABLE, target=OFFICE_TARGET)
    prepared(driver)
    with pytest.raises(IndexError):
        wait_of(driver, WaitKind.RISING, LEAD)
