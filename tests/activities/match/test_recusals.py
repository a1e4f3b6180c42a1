"""Recusals: whoever says it first, it binds at once and everywhere; and who is sick on the day stays at home."""

from sqlmodel import col, select

from activities.match.officer_file import freeze_officers, pool
from models.papers import DeclareRecusal, MatchAgain
from models.registers import Officer
from models.task import Assignment, Visit
from models.trail import Outcome
from rules.recusal import RecusalGround
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import drawn
from tests.builders import SECOND, actor


def sent(driver: Driver, visit: Visit) -> set[str]:
    """The certificate numbers of a visit's officers."""
    rows = driver.read(
        lambda session: session.exec(
            select(Officer.code)
            .join(Assignment, col(Assignment.officer) == col(Officer.id))
            .where(col(Assignment.visit) == visit.id, col(Assignment.current).is_(True))
        ).all()
    )
    return set(rows)


def recusal(driver: Driver, officer: str, visit: Visit, *, lift: bool = False) -> DeclareRecusal:
    """An officer's former employer is the subject of a visit."""
    return DeclareRecusal(
        officer=officer,
        subjects=(driver.subject(visit).code,),
        ground=RecusalGround.FORMER_EMPLOYER,
        reason="2024年前在该校任职",
        lift=lift,
    )


def match(driver: Driver) -> None:
    """The machine matches the second department."""
    driver.steps.match_officers(driver.step(department=SECOND))


def test_a_recusal_of_a_matched_officer_changes_that_visit_alone(at: At) -> None:
    """The officer goes no more, the others keep theirs, and the file of any later draw says so."""
    driver = at("matched")
    visit, *rest = driver.visits(SECOND)
    before = {one.id: sent(driver, one) for one in rest}
    officer = min(sent(driver, visit))
    answer = driver.act(SECOND, Role.APPROVER, recusal(driver, officer, visit))
    assert {"to_match": 1} == answer.data
    match(driver)
    assert officer not in sent(driver, visit)
    assert 2 == len(sent(driver, visit))
    assert before == {one.id: sent(driver, one) for one in rest}
    code = driver.subject(visit).code
    file = driver.read(
        lambda session: freeze_officers(
            session, driver.task, SECOND, pool(session, driver.task, SECOND), driver.today
        )
    )
    assert [officer] == [row["code"] for row in file if code in row["recusals"]]
    driver.act(SECOND, Role.APPROVER, recusal(driver, officer, visit, lift=True))
    file = driver.read(
        lambda session: freeze_officers(
            session, driver.task, SECOND, pool(session, driver.task, SECOND), driver.today
        )
    )
    assert [] == [row["code"] for row in file if code in row["recusals"]]


def test_a_recusal_between_freeze_and_match_is_heeded(at: At) -> None:
    """The frozen file does not know of it; the visit is matched by what stands now, in the same step."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    officer = min(sent(driver, visit))
    again = at("fixed")
    again.act(SECOND, Role.APPROVER, recusal(driver, officer, visit))
    drawn(again)
    match(again)
    same = next(one for one in again.visits(SECOND) if one.subject == visit.subject)
    assert officer not in sent(again, same)
    assert (VisitStage.MATCHED, 2) == (same.stage, len(sent(again, same)))


def test_an_officer_declares_only_their_own_recusal(at: At) -> None:
    """Another's is for the approver to decide."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    refused = driver.say(recusal(driver, min(sent(driver, visit)), visit), actor(SECOND, Role.OFFICER))
    assert (Outcome.REFUSED, "NotOneself") == (refused.outcome, refused.type)


def test_who_is_named_as_staying_at_home_is_not_sent_again(at: At) -> None:
    """Sick on the day: the register need not change first, and a later match heeds it too."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    sick = min(sent(driver, visit))
    paper = MatchAgain(reason="当日病假", visits=(visit.id,), without=(sick,))
    for _ in range(2):
        driver.act(SECOND, Role.HANDLER, paper)
        match(driver)
        assert sick not in sent(driver, visit)
        assert 2 == len(sent(driver, visit))
    unnamed = MatchAgain(reason="当日病假", without=(sick,))
    assert "VisitsMissing" == driver.say(unnamed, actor(SECOND, Role.HANDLER)).type
