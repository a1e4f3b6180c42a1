"""Papers that come at the same moment, and papers that nobody served: each is ruled on once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from activities import audit
from activities.papers.filing import refuse_closed
from models.papers import AcceptClaim, ConfirmRegister, StartTask
from models.task import JointTask
from models.trail import Answer, AuditEvent, Outcome, Submission
from rules.roles import Role
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.world import OFFICE_TARGET
from tests.builders import DOCUMENT, LEAD, SECOND, THIRD, actor


def at_once(*acts: Callable[[], Answer]) -> list[Answer | IntegrityError]:
    """Do things at the same moment."""

    def outcome(act: Callable[[], Answer]) -> Answer | IntegrityError:
        try:
            return act()
        except IntegrityError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(outcome, acts))


def test_two_launches_at_once_make_one_task(at_each: At) -> None:
    """Who loses the race is refused, at once or when the paper is ruled on again."""
    driver = at_each("adopted")
    start = StartTask(document=DOCUMENT, seq="1")

    def launch(message_id: str) -> Answer:
        return driver.say(start, actor(LEAD, Role.HANDLER), target=OFFICE_TARGET, message_id=message_id)

    at_once(lambda: launch("one"), lambda: launch("two"))
    answers = [launch("one"), launch("two")]
    assert sorted(["Accepted", "AlreadyLaunched"]) == sorted(answer.type for answer in answers)
    assert 1 == len(driver.read(lambda session: session.exec(select(JointTask)).all()))
    assert [] == driver.read(audit.verify)


def test_one_message_sent_twice_at_once_is_one_paper(at_each: At) -> None:
    """Two tries of a client that lost patience: one row, one answer, one effect."""
    driver = at_each("offered")

    def accept() -> Answer:
        return driver.say(AcceptClaim(), actor(SECOND, Role.HANDLER), message_id="m")

    first, second = at_once(accept, accept)
    again = accept()
    assert Outcome.ACCEPTED is again.outcome
    # Where both ruled at once, the later transaction finds the answer's row and is rolled back whole.
    assert all(one == again or isinstance(one, IntegrityError) for one in (first, second))
    events = driver.read(
        lambda session: session.exec(select(AuditEvent).where(col(AuditEvent.event) == "claim.accept")).all()
    )
    assert 1 == len(events)


def test_two_departments_claim_at_once(at_each: At) -> None:
    """The task's row is the lock: both count, and the draw opens once."""
    driver = at_each("offered")
    at_once(
        lambda: driver.say(AcceptClaim(), actor(SECOND, Role.HANDLER), message_id="a"),
        lambda: driver.say(AcceptClaim(), actor(THIRD, Role.HANDLER), message_id="b"),
    )
    for department, message_id in ((SECOND, "a"), (THIRD, "b")):
        answer = driver.say(AcceptClaim(), actor(department, Role.HANDLER), message_id=message_id)
        assert Outcome.ACCEPTED is answer.outcome
    assert 3 == driver.progress().stage
    assert [] == driver.read(audit.verify)


def test_papers_to_one_chain_at_once_make_one_chain(at_each: At) -> None:
    """The head's row is the lock: numbers without a gap whoever writes."""
    driver = at_each("imported")

    def confirm(number: int) -> Callable[[], Answer]:
        return lambda: driver.say(
            ConfirmRegister(directory="officers"),
            actor(LEAD, Role.KEEPER),
            target=OFFICE_TARGET,
            message_id=f"m{number}",
        )

    answers = at_once(*(confirm(number) for number in range(6)))
    assert ["Accepted"] * 6 == [one.type for one in answers if isinstance(one, Answer)]
    assert [] == driver.read(audit.verify)


@pytest.mark.parametrize("scene", ["closed", "cancelled"])
def test_papers_of_an_ended_case_that_nobody_serves_are_answered(at: At, scene: str) -> None:
    """No workflow runs any more: what was filed meanwhile is refused like any other late paper."""
    driver = at(scene)
    paper = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    refuse_closed(driver.database, driver.target, driver.now)
    answer = driver.read(lambda session: session.get_one(Answer, paper.id))
    assert (Outcome.REFUSED, "TaskClosed") == (answer.outcome, answer.type)


def test_papers_of_an_open_case_without_a_workflow_wait_for_its_rebuilding(at: At) -> None:
    """The engine's loss is not the sender's fault: nothing is refused."""
    driver = at("offered")
    paper = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    refuse_closed(driver.database, driver.target, driver.now)
    assert driver.read(lambda session: session.get(Answer, paper.id)) is None


def test_papers_are_ruled_on_in_the_order_of_filing(at: At) -> None:
    """What waited together is applied in one transaction, the earlier first."""
    driver = at("prepared")
    early = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    scenes.offered(driver)
    driver.now = driver.now.replace(hour=3)
    late = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    driver.rule(late)
    types = [driver.row(Answer, one.id).type for one in (early, late)]
    assert ["Accepted", "ClaimNotOpen"] == types


def test_a_paper_keeps_its_hash_over_a_nonce(at: At) -> None:
    """Two equal papers have different hashes: a short content cannot be guessed from a history."""
    driver = at("offered")
    one = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    other = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    assert one.content == other.content
    assert one.sha256 != other.sha256
    rows: list[Submission] = [one, other]
    assert all(len(row.sha256) == 64 for row in rows)
