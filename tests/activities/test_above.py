"""Consent one level up: asked for by the owner, given by the parent office's people, a wait of their desk."""

import pytest

from models.organisation import Department, DepartmentKind, Office
from models.outcomes import Disposal
from models.papers import AddDisposal, ProposedDisposal, StepDisposal
from models.registers import Subject
from models.trail import Outcome
from rules.channel import LegalForm
from rules.disposal import DisposalKind, DisposalState
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import own_site_visit
from tests.activities.waits import beijing, let_pass, notices, wait_of
from tests.activities.world import ABROAD, add_person
from tests.builders import OFFICE, OFFICE_DESK, SECOND, actor

ABOVE = f"{ABROAD}/city"
"""The desk of the office above."""


@pytest.fixture
def driver(at: At) -> Driver:
    """A finding whose subject shall go on the list of serious offenders; the other office is the parent."""
    made = at("approved")
    with made.database.write() as session:
        session.get_one(Office, OFFICE).parent = ABROAD
        session.add(Department(id=ABOVE, office=ABROAD, name="市办公室", kind=DepartmentKind.OFFICE))
        session.flush()
        for role in (Role.OFFICE, Role.HEAD, Role.HANDLER):
            add_person(session, ABOVE, role)
    return made


def serious(driver: Driver) -> str:
    """The disposal's target: of a market entity, for no other goes on that list."""
    visit = own_site_visit(driver, SECOND)
    with driver.database.write() as session:
        session.get_one(Subject, visit.subject).legal_form = LegalForm.ENTERPRISE
    result = driver.result(visit).id
    paper = AddDisposal(
        result=result, disposal=ProposedDisposal(kind=DisposalKind.SERIOUS), reason="情节严重"
    )
    made = driver.act(SECOND, Role.HEAD, paper).data["disposals"]
    return f"disposal/{made[0]}"


def step(driver: Driver, department: str, role: Role, name: str, target: str) -> str:
    """Take a step; returns the type of its answer."""
    paper = StepDisposal(step=name, on=driver.today, note="市监〔2026〕8号")
    answer = driver.say(paper, actor(department, role), target=target)
    return answer.type if answer.outcome is Outcome.REFUSED else "Accepted"


def test_consent_is_the_offices_above_and_not_the_askers(driver: Driver) -> None:
    """The owner asks, the desk above consents, the owner lists."""
    target = serious(driver)
    own = (SECOND, Role.HANDLER)
    assert "ConsentFromAbove" == step(driver, *own, "consent", target)
    assert "Accepted" == step(driver, *own, "ask", target)
    wait = wait_of(driver, WaitKind.CONSENT, ABOVE)
    assert (Role.OFFICE, None) == (wait.role, wait.closed_at)
    assert "ConsentFromAbove" == step(driver, *own, "consent", target)
    assert "ConsentFromAbove" == step(driver, OFFICE_DESK, Role.OFFICE, "consent", target)
    assert "HeadNeeded" == step(driver, ABOVE, Role.HANDLER, "consent", target)
    assert "Accepted" == step(driver, ABOVE, Role.OFFICE, "consent", target)
    assert "Accepted" == step(driver, *own, "list", target)
    assert DisposalState.LISTED.value == driver.row(Disposal, target.removeprefix("disposal/")).state
    assert wait_of(driver, WaitKind.CONSENT, ABOVE).closed_at is not None


def test_who_is_asked_is_told_and_reminded_in_the_office_above(driver: Driver) -> None:
    """The notice and every rung go to the desk above, in its own role."""
    target = serious(driver)
    step(driver, SECOND, Role.HANDLER, "ask", target)
    (told,) = [one for one in notices(driver, "transferred") if one.department == ABOVE]
    assert "disposal step" in told.text
    wait = wait_of(driver, WaitKind.CONSENT, ABOVE)
    let_pass(driver, wait, beijing("2026-04-23 09:00"))
    rungs = [one for one in notices(driver, "due", "overdue") if one.key.startswith(wait.key)]
    assert {(ABOVE, Role.OFFICE), (ABOVE, Role.HEAD)} == {(one.department, one.role) for one in rungs}


def test_the_office_above_has_no_other_say(driver: Driver) -> None:
    """What is the owner's stays the owner's."""
    target = serious(driver)
    assert "NotDisposalOwner" == step(driver, ABOVE, Role.OFFICE, "ask", target)
    step(driver, SECOND, Role.HANDLER, "ask", target)
    assert "DisposalStepOutOfOrder" == step(driver, SECOND, Role.HANDLER, "list", target)


def test_without_an_office_above_its_document_is_recorded(at: At) -> None:
    """There is nobody to ask in the system: the owner records the consent with its number."""
    driver = at("approved")
    target = serious(driver)
    assert "NothingAbove" == step(driver, SECOND, Role.HANDLER, "ask", target)
    assert "Accepted" == step(driver, SECOND, Role.HANDLER, "consent", target)
