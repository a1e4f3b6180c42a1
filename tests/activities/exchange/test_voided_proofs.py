"""A proof of publication that proves nothing is void: it stays on record, and is asked for again with its ladder."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from activities.exchange.publishing import scope_of
from activities.papers.filing import is_open
from activities.rebuild import open_cases
from activities.steps.case import read_case
from models.outcomes import Disposal, Publication, PublicationKind
from models.papers import ProvePublication, VoidProof
from models.retractions import VoidedProof
from models.trail import Answer
from rules.channel import Channel
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage
from rules.waits import WaitKind
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.waits import due, wait_of
from tests.activities.world import SHA
from tests.builders import NOW, SECOND, THIRD, actor


def mine(driver: Driver, kind: PublicationKind, department: str = SECOND) -> Publication:
    """A department's first publication of a kind on its own site."""
    return next(one for one in driver.publications(kind, Channel.OWN_SITE) if one.department == department)


def void(driver: Driver, row: Publication) -> Answer:
    """The head voids its proof."""
    paper = VoidProof(publications=(row.id,), reason="页面上没有该户")
    return driver.say(paper, actor(row.department, Role.HEAD), target=scope_of(row))


def prove(driver: Driver, row: Publication) -> Answer:
    """The handler proves it anew."""
    paper = ProvePublication(
        publications=(row.id,), address="https://right.invalid", published_on=driver.today, sha256=SHA
    )
    return driver.say(paper, actor(row.department, Role.HANDLER), target=scope_of(row))


def again(driver: Driver, row: Publication) -> Publication:
    """As it stands now."""
    return driver.read(lambda session: session.get_one(Publication, row.id))


@pytest.mark.parametrize("scene", ["published", "closed"])
def test_a_result_is_not_public_until_it_is_proved_again(at_each: At, scene: str) -> None:
    """The rate falls below 100 per cent, five working days run anew, and a task that had ended is open."""
    driver = at_each(scene)
    driver.now += timedelta(days=40)
    row = mine(driver, PublicationKind.RESULT)
    before = driver.part(SECOND)
    assert "Accepted" == void(driver, row).type
    assert (None, None) == (again(driver, row).proof, again(driver, row).published_at)
    after = driver.part(SECOND)
    assert (before.published - 1, before.receipted) == (after.published, after.receipted)
    assert (TaskStatus.OPEN, Stage.PUBLICIZE) == (driver.job().status, after.stage)
    visit = next(one for one in driver.visits(SECOND) if one.id == row.visit)
    wait = wait_of(driver, WaitKind.PROOF)
    assert (VisitStage.RECEIPTED, wait.id) == (visit.stage, visit.wait)
    assert (Role.HANDLER, 1) == (wait.role, wait.open)
    assert due(driver, wait) > driver.today
    assert "NotProved" == void(driver, row).type
    assert "Accepted" == prove(driver, row).type
    assert before.published == driver.part(SECOND).published
    status = TaskStatus.CLOSED if scene == "closed" else TaskStatus.OPEN
    assert status is driver.job().status
    assert wait_of(driver, WaitKind.PROOF).closed_at is not None
    kept = driver.read(lambda session: session.exec(select(VoidedProof)).all())
    assert [(1, row.proof, "页面上没有该户")] == [(one.number, one.proof, one.reason) for one in kept]


def test_an_outcome_is_open_again_until_it_is_proved(at_each: At) -> None:
    """The disposal counts as open, its workflow should run, and the end needs no further table."""
    driver = at_each("closed")
    row = mine(driver, PublicationKind.DISPOSAL)
    tables = len(driver.summaries())
    assert "Accepted" == void(driver, row).type

    def standing(session: Session) -> tuple[bool, int]:
        disposal = session.get_one(Disposal, row.reference)
        return disposal.closed_at is None, driver.part(SECOND).disposals_open

    assert (True, 1) == driver.read(standing)
    assert {scope_of(row), driver.target} <= set(driver.read(lambda session: open_cases(session, NOW)))
    assert "待公示处置结果" == driver.read(lambda session: read_case(session, scope_of(row))).state
    assert "Accepted" == prove(driver, row).type
    assert (False, 0) == driver.read(standing)
    assert (TaskStatus.CLOSED, tables) == (driver.job().status, len(driver.summaries()))


def test_a_correction_and_a_withdrawal_run_again_beside_their_task(at: At) -> None:
    """Neither opens the task: both outlive it."""
    driver = at("signed")
    scenes.proved(driver, PublicationKind.CORRECTION)
    row = mine(driver, PublicationKind.CORRECTION, THIRD)
    assert "Accepted" == void(driver, row).type
    assert scope_of(row) in driver.read(lambda session: open_cases(session, NOW))
    assert not driver.read(lambda session: read_case(session, scope_of(row))).closed
    assert "Accepted" == prove(driver, row).type
    assert driver.read(lambda session: read_case(session, scope_of(row))).closed
    driver = at("annulled")
    driver.trade()
    scenes.proved(driver, PublicationKind.WITHDRAWAL)
    row = mine(driver, PublicationKind.WITHDRAWAL)
    status = driver.job().status
    assert "Accepted" == void(driver, row).type
    assert status is driver.job().status
    assert "待撤回公示" == driver.read(lambda session: read_case(session, scope_of(row))).state
    assert driver.read(lambda session: is_open(session, scope_of(row)))
    assert WaitKind.WITHDRAWAL == wait_of(driver, WaitKind.WITHDRAWAL).kind
    assert "Accepted" == prove(driver, row).type
    assert driver.read(lambda session: read_case(session, scope_of(row))).closed


def test_what_is_published_nationally_has_no_proof_to_void(at: At) -> None:
    """Its publication is the platform's word."""
    driver = at("published")
    row = next(
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.NATIONAL)
        if one.department == SECOND
    )
    assert "WrongChannel" == void(driver, row).type
