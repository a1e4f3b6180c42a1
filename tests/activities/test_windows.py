"""A window that closes with a round not launched is owed by its initiator, and escalated."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import col, select

from activities.desk_steps import DeskActivities
from activities.docket import desk_id
from models.messages import TaskStep
from models.papers import CancelTask, StartTask
from models.plan import PlanRow
from models.trail import Notification, Outbox, Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.waits import beijing, due, let_pass
from tests.activities.world import OFFICE_TARGET
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, read_field


def tend(driver: Driver, department: str = LEAD) -> None:
    """Tend the initiator's desk of the year."""
    step = TaskStep(task=desk_id(department, 2026), department=department, now=driver.now)
    DeskActivities(driver.database).tend_desk(step)


def windows(driver: Driver) -> Sequence[Wait]:
    """The rounds that are or were owed."""
    statement = select(Wait).where(col(Wait.kind) == WaitKind.WINDOW).order_by(col(Wait.key))
    return driver.read(lambda session: session.exec(statement).all())


def test_each_round_is_owed_until_it_is_launched(at: At) -> None:
    """Four rounds a year make four waits, which end with the window's last day; a launch ends its own."""
    driver = at("adopted")
    with driver.database.write() as session:
        row = session.exec(select(PlanRow)).one()
        row.fields = {**row.fields, "frequency": read_field({"times": 4, "times_max": None, "per": "year"})}
    tend(driver)
    assert [(f"{DOCUMENT}/1/{number}", date(2026, 10, 31)) for number in (1, 2, 3, 4)] == [
        (wait.opened_by, due(driver, wait)) for wait in windows(driver)
    ]
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1", round=2), target=OFFICE_TARGET)
    tend(driver)
    assert [True, False, True, True] == [wait.closed_at is None for wait in windows(driver)]


def test_a_cancelled_launch_is_owed_again(at: At) -> None:
    """The round was not done: the same wait opens once more."""
    driver = at("desk")
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)
    driver.act(OFFICE_DESK, Role.OFFICE, CancelTask(approval_number="批1", reason="调整"))
    driver.now += timedelta(days=1)
    tend(driver)
    (wait,) = windows(driver)
    assert (1, None) == (wait.open, wait.closed_at)


def test_the_reminder_names_the_row_and_ends_with_the_coordinating_office(at: At) -> None:
    """After the window has closed the office is told until somebody acts."""
    driver = at("desk")
    (wait,) = windows(driver)
    let_pass(driver, wait, beijing("2026-11-04 09:00"))
    statement = select(Notification).where(col(Notification.key).startswith(wait.key))
    told = driver.read(lambda session: session.exec(statement).all())
    assert all(f"{DOCUMENT}/1/1" in notice.text for notice in told)
    assert OFFICE_DESK in {notice.department for notice in told}


def test_others_owe_no_round(at: At) -> None:
    """A partner launches nothing; a row that the city draws and checks is only watched."""
    driver = at("adopted")
    tend(driver, SECOND)
    with driver.database.write() as session:
        row = session.exec(select(PlanRow)).one()
        row.fields = {**row.fields, "mode": read_field({"draw": "city", "check": "city"})}
    tend(driver)
    assert [] == windows(driver)


def test_adoption_starts_the_desks_of_all_that_the_plan_names(at: At) -> None:
    """Nobody has to be told of something else first for the report and the windows to be watched."""
    driver = at("both_adopted")
    rows = driver.read(lambda session: session.exec(select(Outbox)).all())
    started = {row.workflow for row in rows if row.argument["kind"] == "plan adopted"}
    assert desk_id(LEAD, 2026) in started
    assert {"DepartmentWorkflow"} == {row.start for row in rows if row.argument["kind"] == "plan adopted"}
