"""What a department may not decide itself about a clock is asked for, and decided by who may."""

from datetime import date

import pytest

from models.papers import (
    DecideClock,
    RequestClock,
    SetPolicy,
    SuspendClock,
)
from models.trail import Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.clocks.levers import WHY, one_visit, refusal
from tests.activities.conftest import At
from tests.activities.scenes import submitted
from tests.activities.waits import (
    all_clocks,
    beijing,
    clock_of,
    due,
    notices,
    wait_of,
)
from tests.activities.world import OFFICE_TARGET
from tests.builders import OFFICE_DESK, SECOND


def test_what_is_asked_for_takes_effect_when_it_is_approved(at: At) -> None:
    """The clock runs on until then; the standstill begins on the day that was asked for."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.now = beijing("2026-04-09 10:00")
    asked = RequestClock(
        wait=wait.id,
        visits=(one_visit(driver),),
        lever="suspend",
        from_day=driver.today,
        to_day=date(2026, 4, 15),
        reason="等待鉴定",
    )
    driver.act(SECOND, Role.HANDLER, asked)
    decision = wait_of(driver, WaitKind.DECIDE_CLOCK)
    assert (Role.HEAD, date(2026, 4, 13)) == (decision.role, due(driver, decision))
    assert ["opened"] == [one.cause.value for one in all_clocks(driver, wait)]
    assert "AlreadyAsked" == refusal(driver, (SECOND, Role.HANDLER), asked)
    driver.now = beijing("2026-04-10 10:00")
    answer = driver.act(SECOND, Role.HEAD, DecideClock(wait=decision.id, approve=True, number="批9"))
    assert date(2026, 5, 11) == due(driver, driver.row(Wait, str(answer.data["wait"])))
    assert driver.row(Wait, decision.id).closed_at is not None
    assert {"clock.decided", "wait.split", "deadline.moved"} <= {
        one.event for one in driver.trail(answer.submission)
    }
    assert ["p-second-handler"] == [one.person for one in notices(driver, "clock decided")]


def test_what_is_refused_leaves_the_clock_alone_and_is_told(at: At) -> None:
    """A refusal names its reason; afterwards the department may ask again."""
    driver = at("clock asked")
    wait, decision = wait_of(driver, WaitKind.ENTRY), wait_of(driver, WaitKind.DECIDE_CLOCK)
    head = (SECOND, Role.HEAD)
    assert "ReasonMissing" == refusal(driver, head, DecideClock(wait=decision.id, approve=False))
    driver.act(*head, DecideClock(wait=decision.id, approve=False, reason="可以先录入其他事项"))
    assert ["opened"] == [one.cause.value for one in all_clocks(driver, wait)]
    (told,) = notices(driver, "clock decided")
    assert "可以先录入其他事项" in told.text
    driver.act(
        SECOND,
        Role.HANDLER,
        RequestClock(wait=wait.id, lever="suspend", from_day=driver.today, reason="已无他项"),
    )


def test_an_extension_of_the_notices_days_is_asked_of_the_office(at: At) -> None:
    """The unit's head can't decide it; the office's own desk waits."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.act(SECOND, Role.HANDLER, RequestClock(wait=wait.id, lever="extend", amount=5, reason="停业整顿"))
    decision = wait_of(driver, WaitKind.DECIDE_CLOCK, OFFICE_DESK)
    assert Role.OFFICE is decision.role
    paper = DecideClock(wait=decision.id, approve=True)
    assert "NotOwnWait" == refusal(driver, (SECOND, Role.HEAD), paper)
    driver.act(OFFICE_DESK, Role.OFFICE, paper)
    assert date(2026, 5, 11) == due(driver, wait)


def test_who_asked_does_not_decide(at: At) -> None:
    """Though they hold both roles: a second person does."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    paper = RequestClock(wait=wait.id, lever="suspend", from_day=driver.today, reason="等待鉴定")
    driver.act(SECOND, Role.HEAD, paper)
    decision = wait_of(driver, WaitKind.DECIDE_CLOCK)
    assert "SecondPersonNeeded" == refusal(
        driver, (SECOND, Role.HEAD), DecideClock(wait=decision.id, approve=True)
    )


@pytest.mark.parametrize(("value", "role"), [("approver", Role.APPROVER), ("office", Role.OFFICE)])
def test_who_decides_is_the_departments_policy(at: At, value: str, role: Role) -> None:
    """The unit's approver, or nobody of the unit: then its head's own act is refused too."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    policy = SetPolicy(
        key="clock_approver", value=value, clause="纪要", valid_from=driver.today, department=SECOND
    )
    driver.act(OFFICE_DESK, Role.OFFICE, policy, target=OFFICE_TARGET)
    if role is Role.OFFICE:
        paper = SuspendClock(wait=wait.id, from_day=driver.today, **WHY)
        assert "OfficeOnly" == refusal(driver, (SECOND, Role.HEAD), paper)
    ask = RequestClock(wait=wait.id, lever="suspend", from_day=driver.today, reason="等待鉴定")
    driver.act(SECOND, Role.HANDLER, ask)
    desk = OFFICE_DESK if role is Role.OFFICE else SECOND
    decision = wait_of(driver, WaitKind.DECIDE_CLOCK, desk)
    assert role is decision.role
    driver.act(desk, role, DecideClock(wait=decision.id, approve=True))
    assert clock_of(driver, wait).suspended


def test_a_request_ends_with_the_wait_that_it_is_about(at: At) -> None:
    """Results that came in the meantime leave nothing to decide, and nobody is reminded."""
    driver = at("clock asked")
    decision = wait_of(driver, WaitKind.DECIDE_CLOCK)
    submitted(driver)
    assert driver.row(Wait, decision.id).closed_at is not None
    assert clock_of(driver, decision).next_rung is None
