"""Where a plan lets the entry period run from the whole task's completion, no clock begins before the last check."""

from datetime import date, timedelta

from sqlmodel import col, select

from models.papers import RecordVisits, VisitLine
from models.task import Visit
from models.trail import Cause
from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.plans.policies import rule
from tests.activities.waits import at_hour, deadlines, record, waits
from tests.builders import LEAD, SECOND, THIRD

FIRST_CHECK, LAST_CHECK = date(2026, 4, 2), date(2026, 4, 30)
WORKED_OUT = date(2026, 6, 1)
"""20 working days from 30 April 2026 (the 2026 calendar of the State Council)."""


def whole(at: At) -> Driver:
    """A matched task of a plan whose period runs from the task's completion."""
    driver = at("matched")
    rule(driver, PolicyKey.ENTRY_ANCHOR, "task_completion")
    return driver


def complete_all(driver: Driver, day: date) -> None:
    """Every department's open checks are done on a day."""
    driver.now = at_hour(day)
    for department in (LEAD, SECOND, THIRD):
        officers = driver.officers(department)[:2]
        open_ones = driver.visits(department, VisitStage.MATCHED)
        lines = tuple(VisitLine(visit=one.id, completed_on=day, officers=officers) for one in open_ones)
        if lines:
            driver.act(department, Role.OFFICER, RecordVisits(lines=lines))


def test_an_early_check_counts_to_the_end_of_the_periods_that_are_open(at: At) -> None:
    """Nobody is overdue for a task whose other checks are still planned."""
    driver = whole(at)
    record(driver, FIRST_CHECK, 3)
    (wait,) = waits(driver, WaitKind.ENTRY)
    planned = max(one.last_day for one in driver.visits(SECOND, VisitStage.MATCHED))
    assert planned == deadlines(driver, wait)[-1].anchor


def test_the_last_check_begins_every_clock(at: At) -> None:
    """Of all departments, and of steps that lie inside the period; both days stay in the trail."""
    driver = whole(at)
    record(driver, FIRST_CHECK, 3)
    complete_all(driver, LAST_CHECK)
    for wait in waits(driver, WaitKind.ENTRY):
        assert (LAST_CHECK, WORKED_OUT) == (
            deadlines(driver, wait)[-1].anchor,
            deadlines(driver, wait)[-1].due_day,
        )
    early = [
        deadlines(driver, wait) for wait in waits(driver, WaitKind.ENTRY) if len(deadlines(driver, wait)) > 1
    ]
    assert [Cause.OPENED, Cause.CORRECTED] == [one.cause for one in early[0]]
    statement = select(Visit).where(col(Visit.completed_on).is_not(None))
    assert {WORKED_OUT} == {one.due_day for one in driver.read(lambda session: session.exec(statement).all())}


def test_without_the_rule_each_check_begins_its_own(at: At) -> None:
    """The default: per subject and department."""
    driver = at("matched")
    record(driver, FIRST_CHECK, 3)
    complete_all(driver, FIRST_CHECK + timedelta(days=5))
    anchors = {deadlines(driver, wait)[-1].anchor for wait in waits(driver, WaitKind.ENTRY)}
    assert {FIRST_CHECK, FIRST_CHECK + timedelta(days=5)} == anchors
