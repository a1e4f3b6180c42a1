"""Who owes the yearly report of a plan's notice."""

from sqlmodel import col, select

from activities.papers.docket import desk_id
from activities.steps.desk import DeskActivities
from models.messages import TaskStep
from models.plan import PlanRowVersion
from models.trail import Wait
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.tampering import unguarded
from tests.builders import LEAD, OFFICE_DESK, SECOND


def test_every_member_owes_it_and_the_office_that_it_is_sent_to_does_not(at: At) -> None:
    """Nobody of the office is a handler: a wait of its own would remind nobody and never end."""
    driver = at("adopted")
    for department in (LEAD, SECOND, OFFICE_DESK):
        step = TaskStep(task=desk_id(department, driver.today.year), department=department, now=driver.now)
        DeskActivities(driver.database).tend_desk(step)
    statement = select(Wait.department).where(col(Wait.kind) == WaitKind.YEARLY_REPORT)
    owing = driver.read(lambda session: sorted(session.exec(statement).all()))
    assert [LEAD, SECOND] == owing


def test_a_body_that_only_watches_owes_none(at: At) -> None:
    """Named only in rows that another level draws and checks (市抽市查), it does nothing of this plan."""
    driver = at("adopted")
    with unguarded(driver.database, "plan_row_version") as session:
        for row in session.exec(select(PlanRowVersion)):
            row.fields = row.fields | {
                "mode": row.fields["mode"] | {"value": {"draw": "city", "check": "city"}}
            }
            session.add(row)
    step = TaskStep(task=desk_id(SECOND, driver.today.year), department=SECOND, now=driver.now)
    DeskActivities(driver.database).tend_desk(step)
    owed = select(Wait).where(col(Wait.kind) == WaitKind.YEARLY_REPORT)
    assert [] == driver.read(lambda session: session.exec(owed).all())
