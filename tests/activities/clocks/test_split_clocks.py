"""An act on some visits of a wait is about them alone."""

from datetime import date, timedelta

from sqlmodel import col, select

from models.papers import (
    ExtendWait,
    SuspendClock,
)
from models.trail import Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.clocks.levers import WHY, one_visit, refusal
from tests.activities.conftest import At
from tests.activities.scenes import approved, submitted, visited
from tests.activities.waits import (
    all_clocks,
    beijing,
    due,
    wait_of,
)
from tests.builders import LEAD, OFFICE_DESK, SECOND


def test_a_later_check_of_the_same_day_is_not_in_a_moved_clock(at: At) -> None:
    """An act is about those who were in the clock when it was approved."""
    driver = at("matched")
    first = driver.visits(SECOND)[0]
    visited(driver)
    wait = wait_of(driver, WaitKind.ENTRY)
    with driver.database.write() as session:
        key = session.get_one(Wait, wait.id).key
    driver.act(OFFICE_DESK, Role.OFFICE, ExtendWait(wait=wait.id, amount=5, **WHY))
    waits = driver.read(
        lambda session: session.exec(select(Wait.key).where(col(Wait.kind) == WaitKind.ENTRY)).all()
    )
    assert key not in waits
    assert first.last_day - timedelta(days=20) == driver.today


def test_one_visits_clock_stands_while_the_others_run_on(at: At) -> None:
    """It is split out of its group with the clock that it had; both waits and the act stay in the trail."""
    driver = at("visited")
    group, alone = wait_of(driver, WaitKind.ENTRY), one_visit(driver)
    driver.now = beijing("2026-04-09 10:00")
    paper = SuspendClock(
        wait=group.id, visits=(alone,), from_day=driver.today, to_day=date(2026, 4, 15), **WHY
    )
    answer = driver.act(SECOND, Role.HEAD, paper)
    apart = driver.row(Wait, str(answer.data["wait"]))
    left = driver.row(Wait, group.id)
    assert (8, 9, 1) == (left.open, left.total, apart.open)
    assert (date(2026, 4, 30), date(2026, 5, 11)) == (due(driver, group), due(driver, apart))
    assert ["opened", "suspended"] == [one.cause.value for one in all_clocks(driver, apart)]
    split = next(one for one in driver.trail(answer.submission) if one.event == "wait.split")
    assert (group.id, apart.id, [alone]) == (
        split.detail["former"],
        split.detail["wait"],
        split.detail["visits"],
    )
    submitted(driver)
    approved(driver)
    waits = driver.read(
        lambda session: session.exec(
            select(Wait).where(col(Wait.kind) == WaitKind.RECEIPT, col(Wait.department) == SECOND)
        ).all()
    )
    assert {(8, date(2026, 4, 30)), (1, date(2026, 5, 11))} == {(one.open, due(driver, one)) for one in waits}


def test_an_act_on_all_visits_of_a_wait_splits_nothing(at: At) -> None:
    """Named one by one or not named at all, it is the same wait."""
    driver = at("visited")
    group = wait_of(driver, WaitKind.ENTRY)
    visits = tuple(one.id for one in driver.visits(SECOND))
    driver.act(OFFICE_DESK, Role.OFFICE, ExtendWait(wait=group.id, visits=visits, amount=5, **WHY))
    assert (date(2026, 5, 11), group.id) == (due(driver, group), wait_of(driver, WaitKind.ENTRY).id)


def test_a_visit_that_is_not_under_the_wait_is_refused(at: At) -> None:
    """Another department's, or one that has gone on."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    other = driver.visits(LEAD)[0].id
    paper = SuspendClock(wait=wait.id, visits=(other,), from_day=driver.today, **WHY)
    assert "VisitNotWaited" == refusal(driver, (SECOND, Role.HEAD), paper)
