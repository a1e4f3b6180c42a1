"""Who owes the yearly report of a plan's notice."""

from collections.abc import Sequence

from sqlmodel import col, select

from activities.desk.notices import desk_id
from activities.steps.desk import DeskActivities
from models.messages import TaskStep
from models.outcomes import PublicationKind
from models.papers import AddDisposal, ProposedDisposal, StepDisposal, SubmitReport
from models.plan import PlanDocument, PlanRowVersion
from models.trail import Wait
from rules.disposal import DisposalKind
from rules.roles import Role
from rules.stages import TaskStatus
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import proved, signed_for, summed
from tests.activities.tampering import unguarded
from tests.activities.world import OFFICE_TARGET
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, actor, read_field


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


def test_what_comes_up_after_the_report_is_told_in_a_supplement_each_time(at_each: At) -> None:
    """A disposal after the task's end: the table's supplement first, and beside it the report's, on the desk."""
    driver = at_each("closed")
    with driver.database.write() as session:
        session.get_one(PlanDocument, DOCUMENT).reading = {"report_by": read_field("2026-04-20")}
    step = TaskStep(task=desk_id(SECOND, driver.today.year), department=SECOND, now=driver.now)
    DeskActivities(driver.database).tend_desk(step)
    report = SubmitReport(document=DOCUMENT, number="协同局〔2026〕9号", sent_on=driver.today)
    sent = driver.act(SECOND, Role.HANDLER, report, target=OFFICE_TARGET)
    assert 0 == sent.data["open_tasks"]
    later = report.model_copy(update={"supplement": True})
    assert "ReportNotDue" == driver.say(later, actor(SECOND, Role.HANDLER), target=OFFICE_TARGET).type
    for number in (1, 2):
        _one_more_disposal(driver)
        waits = _supplements(driver)
        assert (number, 1) == (len(waits), sum(one.closed_at is None for one in waits))
        assert {desk_id(SECOND, driver.today.year)} == {one.scope for one in waits}
        driver.act(SECOND, Role.HANDLER, later, target=OFFICE_TARGET)
        assert all(one.closed_at is not None for one in _supplements(driver))
        assert "AlreadyReported" == driver.say(later, actor(SECOND, Role.HANDLER), target=OFFICE_TARGET).type


def _one_more_disposal(driver: Driver) -> None:
    """Added after the end, ended and published, and told in a receipted supplement of the table."""
    result = next(one.result for one in driver.disposals() if one.owner == SECOND)
    paper = AddDisposal(result=result, disposal=ProposedDisposal(kind=DisposalKind.NONE), reason="另查明")
    (made,) = driver.act(SECOND, Role.HEAD, paper).data["disposals"]
    step = StepDisposal(step="close", on=driver.today, note="文号1")
    driver.act(SECOND, Role.HANDLER, step, target=f"disposal/{made}")
    driver.trade()
    proved(driver, PublicationKind.DISPOSAL)
    summed(driver)
    signed_for(driver)
    assert TaskStatus.CLOSED is driver.job().status


def _supplements(driver: Driver) -> Sequence[Wait]:
    statement = select(Wait).where(col(Wait.kind) == WaitKind.YEARLY_SUPPLEMENT)
    return driver.read(lambda session: session.exec(statement).all())
