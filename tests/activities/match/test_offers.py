"""Checks that need not be made alone, or again: offered, answered by message, and then so."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from activities.clocks.waits import Clocks
from activities.match.offers import joined_with, standing_results
from activities.match.visit_papers import papers_of
from models.papers import AnswerJointVisit, CorrectResult, OfferJointVisit, RecogniseResults, SignCorrection
from models.registers import Subject
from models.task import AidKind, JointTask, MatchAid, Visit
from models.trail import Outcome
from rules.results import Category
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.neighbours import OTHER, OTHER_TARGET, neighbour
from tests.activities.scenes import drawn
from tests.activities.waits import notices, wait_of
from tests.builders import OFFICE, SECOND, THIRD, actor


def theirs(driver: Driver) -> Visit:
    """The other task's visit."""
    return driver.read(lambda session: session.exec(select(Visit).where(col(Visit.task) == OTHER)).one())


def kinds(driver: Driver) -> list[AidKind]:
    """What was offered and answered, in order."""
    return [row.kind for row in driver.read(lambda session: session.exec(select(MatchAid)).all())]


def offered(session: Session, driver: Driver) -> tuple[list[str], list[tuple[str, ...]]]:
    """The results that the second department might recognise, and their categories."""
    clocks = Clocks(session, OFFICE, driver.now)
    found = standing_results(clocks, session.get_one(JointTask, driver.task), SECOND)
    return [one.result for one in found], [one.categories for one in found]


def test_a_joint_visit_takes_place_in_the_offered_period(at: At) -> None:
    """Joined: the second department comes when the third comes; both sides' papers name the other."""
    driver = at("offered_joint")
    mine = driver.visits(SECOND)[0]
    assert wait_of(driver, WaitKind.JOINT_VISIT).task == driver.task
    driver.act(SECOND, Role.APPROVER, AnswerJointVisit(visit=mine.id, join=True, reason="一次上门"))
    after, other = driver.row(Visit, mine.id), theirs(driver)
    assert (other.first_day, other.last_day) == (after.first_day, after.last_day)
    assert (after.first_day, after.last_day) != (mine.first_day, mine.last_day)
    assert wait_of(driver, WaitKind.JOINT_VISIT).closed_at is not None
    assert {AidKind.OFFER, AidKind.JOIN} == set(kinds(driver))
    assert "同意合并上门" in notices(driver, "joint")[-1].text
    with driver.database.read() as session:
        assert {mine.subject: [THIRD]} == joined_with(session, driver.task, SECOND)
        assert {mine.subject: [SECOND]} == joined_with(session, OTHER, THIRD)
        papers = [one for one in papers_of(session, driver.task, SECOND) if one["joined"]]
    assert [driver.subject(mine).code] == [one["subject"]["code"] for one in papers]


def test_a_joint_visit_may_be_declined_with_a_reason(at: At) -> None:
    """Nothing moves, the reason travels, and nothing is owed any more."""
    driver = at("offered_joint")
    mine = driver.visits(SECOND)[0]
    driver.act(SECOND, Role.APPROVER, AnswerJointVisit(visit=mine.id, join=False, reason="时间不合"))
    after = driver.row(Visit, mine.id)
    assert (mine.first_day, mine.last_day) == (after.first_day, after.last_day)
    assert "时间不合" in notices(driver, "joint")[-1].text
    again = driver.say(
        AnswerJointVisit(visit=mine.id, join=True, reason="改主意"), actor(SECOND, Role.APPROVER)
    )
    assert (Outcome.REFUSED, "NothingOffered") == (again.outcome, again.type)


def test_officers_who_cannot_come_on_the_joint_days_are_matched_anew(at: At) -> None:
    """Their certificates end before; old and new both stay on record."""
    driver = at("overlapping")
    with driver.database.write() as session:
        row = session.exec(select(Visit).where(col(Visit.task) == OTHER)).one()
        row.first_day, row.last_day = driver.today + timedelta(days=300), driver.today + timedelta(days=900)
    paper = OfferJointVisit(visit=theirs(driver).id, task=driver.task, department=SECOND, reason="同一对象")
    driver.act(THIRD, Role.HANDLER, paper, target=OTHER_TARGET)
    mine = driver.visits(SECOND)[0]
    answer = driver.act(SECOND, Role.APPROVER, AnswerJointVisit(visit=mine.id, join=True, reason="一次上门"))
    assert {"to_match": 1} == answer.data
    assert VisitStage.UNMATCHED is driver.row(Visit, mine.id).stage


def test_what_the_other_side_has_checked_is_not_joined_any_more(at: At) -> None:
    """It can only be declined."""
    driver = at("offered_joint")
    with driver.database.write() as session:
        session.exec(select(Visit).where(col(Visit.task) == OTHER)).one().stage = VisitStage.VISITED
    mine = driver.visits(SECOND)[0]
    late = AnswerJointVisit(visit=mine.id, join=True, reason="一次上门")
    assert "OfferOver" == driver.say(late, actor(SECOND, Role.APPROVER)).type
    driver.act(SECOND, Role.APPROVER, late.model_copy(update={"join": False}))


def test_the_drawn_departments_are_told_what_they_may_share(at: At) -> None:
    """The notice of a draw says how many subjects another task has drawn too; otherwise nothing of it."""
    driver = at("fixed")
    with driver.database.write() as session:
        session.add(
            JointTask(
                **{
                    **session.get_one(JointTask, driver.task).model_dump(),
                    "id": OTHER,
                    "round": 2,
                    "launch": 9,
                }
            )
        )
        session.flush()
        for subject in session.exec(select(Subject)):
            day = driver.today
            session.add(
                Visit(task=OTHER, department=THIRD, subject=subject.id, act=1, first_day=day, last_day=day)
            )
    drawn(driver)
    (text,) = {one.text for one in notices(driver, "drawn")}
    assert "9户与其他任务重叠" in text
    assert "互认" not in text


def test_an_offer_is_made_once(at: At) -> None:
    """Until it is answered."""
    driver = at("offered_joint")
    paper = OfferJointVisit(visit=theirs(driver).id, task=driver.task, department=SECOND, reason="再提")
    assert "AlreadyOffered" == driver.say(paper, actor(THIRD, Role.HANDLER), target=OTHER_TARGET).type


def test_a_recognised_result_stands_instead_of_the_check(at: At) -> None:
    """The visit ends with its source on record; nothing is owed for it any more."""
    driver = at("checked_elsewhere")
    mine, before = driver.visits(SECOND)[0], driver.part(SECOND)
    driver.act(SECOND, Role.APPROVER, RecogniseResults(visit=mine.id, recognise=True, reason="在有效期内"))
    after = driver.row(Visit, mine.id)
    assert VisitStage.EXEMPT is after.stage
    (source,) = after.facts["recognised"]
    assert (OTHER, THIRD, "second-1") == (source["task"], source["department"], source["item"])
    part = driver.part(SECOND)
    assert (before.subjects - 1, before.matched - 1) == (part.subjects, part.matched)
    assert [AidKind.RECOGNISE] == kinds(driver)


def test_a_corrected_result_is_offered_as_its_correction_says(at: At) -> None:
    """Whoever recognises it would else take over what its own department has withdrawn."""
    driver = at("checked_elsewhere")
    ((result,), before) = driver.read(lambda session: offered(session, driver))
    target = f"correction/{result}/1"
    paper = CorrectResult(
        result=result, number=1, categories=(Category.NOT_PUBLISHED,), finding="未公示", reason="复核"
    )
    driver.act(THIRD, Role.HANDLER, paper, target=target)
    assert before == driver.read(lambda session: offered(session, driver))[1]
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=target)
    assert [(Category.NOT_PUBLISHED.label,)] == driver.read(lambda session: offered(session, driver))[1]


def test_a_result_that_is_not_recognised_is_not_offered_again(at: At) -> None:
    """The check is made all the same, and the choice is on record."""
    driver = at("checked_elsewhere")
    mine = driver.visits(SECOND)[0]
    no = RecogniseResults(visit=mine.id, recognise=False, reason="情况有变化")
    driver.act(SECOND, Role.APPROVER, no)
    assert VisitStage.MATCHED is driver.row(Visit, mine.id).stage
    assert "NothingToRecognise" == driver.say(no, actor(SECOND, Role.APPROVER)).type


@pytest.mark.parametrize(("days", "type_"), [(180, None), (181, "NothingToRecognise")])
def test_a_result_is_recognised_within_its_validity_alone(at: At, days: int, type_: str | None) -> None:
    """Half a year, the last day included."""
    driver = at("matched")
    neighbour(driver, checked=days)
    mine = driver.visits(SECOND)[0]
    answer = driver.say(
        RecogniseResults(visit=mine.id, recognise=True, reason="互认"), actor(SECOND, Role.APPROVER)
    )
    assert (type_ or "Accepted") == answer.type
