"""What was put on record wrongly is taken back by the head's signature: facts with what was closed on them, evidence."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import select

from activities.acts.retractions import erasable
from activities.archive.legal_record import record_of, workflows_of
from activities.captions import caption
from activities.rebuild import open_cases
from activities.results.figures import fact_counts, of_part
from activities.steps.case import read_case
from models.evidence import Evidence, SubjectFinding
from models.papers import (
    AddEvidence,
    CloseVisits,
    CorrectResult,
    EvidenceLine,
    Letter,
    RecordFact,
    ResultLine,
    RetractEvidence,
    RetractFacts,
    ReturnResults,
    SignCorrection,
    SubmitResults,
)
from models.task import JointTask, Visit
from models.trail import Answer, AuditEvent, Suspension
from rules.results import Category, SubjectFact
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage
from rules.waits import WaitKind
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.waits import at_hour, clock_of, due, notices, wait_of
from tests.activities.world import SHA, item_of
from tests.builders import NOW, SECOND, actor, person

HEAD = actor(SECOND, Role.HEAD)


def first(driver: Driver) -> Visit:
    """The second department's first visit, as it stands."""
    return driver.visits(SECOND)[0]


def ask(driver: Driver, paper: RetractFacts | RetractEvidence) -> Answer:
    """The officer asks."""
    target = f"correction/{paper.visit}/{paper.number}"
    return driver.say(paper, actor(SECOND, Role.OFFICER), target=target)


def sign(driver: Driver, number: int = 1, **given: Any) -> Answer:
    """The head decides."""
    return driver.say(SignCorrection(**given), HEAD, target=f"correction/{first(driver).id}/{number}")


def find(driver: Driver, fact: SubjectFact, **given: Any) -> str:
    """Record a fact of the first visit; its id."""
    paper = RecordFact(visit=first(driver).id, fact=fact, found_on=driver.today, source="现场核实", **given)
    driver.act(SECOND, Role.OFFICER, paper)
    rows = driver.read(lambda session: session.exec(select(SubjectFinding)).all())
    return next(row.id for row in rows if row.fact is fact)


def close(driver: Driver) -> None:
    """The unit closes the first visit."""
    driver.act(SECOND, Role.APPROVER, CloseVisits(visits=(first(driver).id,), reason="已注销"))


def to_the_end(driver: Driver) -> None:
    """All that is left of the task, disposals and supplements too."""
    for play in (scenes.visited, scenes.submitted, scenes.approved, scenes.receipted, scenes.proved):
        play(driver)
    for play in (scenes.summed, scenes.signed_for, scenes.outcome, scenes.disposed, scenes.closed):
        play(driver)


def test_a_check_that_was_never_made_is_matched_and_made_after_all(at_each: At) -> None:
    """Who asked and why, who signed: the visit returns to its stage; the wrong fact stays, and counts no more."""
    driver = at_each("closed_on_it")
    before = driver.part(SECOND)
    assert "Accepted" == ask(driver, scenes.fact_retraction(driver)).type
    assert VisitStage.EXEMPT is first(driver).stage
    wait = wait_of(driver, WaitKind.SIGN)
    assert (Role.HEAD, f"correction/{first(driver).id}/1") == (wait.role, wait.scope)
    assert {"reopened": True} == sign(driver).data
    assert VisitStage.UNMATCHED is first(driver).stage
    after = driver.part(SECOND)
    assert (before.subjects + 1, before.matched) == (after.subjects, after.matched)
    assert (Stage.MATCH, True) == (after.stage, after.match_asked > after.match_run)
    scenes.matched(driver)
    assert VisitStage.MATCHED is first(driver).stage
    assert {} == driver.read(lambda session: fact_counts(session, of_part(driver.task, SECOND)))
    assert 1 == len(driver.read(lambda session: session.exec(select(SubjectFinding)).all()))
    to_the_end(driver)
    assert (TaskStatus.CLOSED, VisitStage.PUBLISHED) == (driver.job().status, first(driver).stage)


def test_the_clock_of_a_check_that_was_made_stood_still_while_its_visit_was_closed(at_each: At) -> None:
    """Checked on 1 April, closed on the 10th, signed on the 20th: nobody could enter for ten days."""
    driver = at_each("visited")
    plain = due(driver, wait_of(driver, WaitKind.ENTRY))
    driver.now = at_hour(date(2026, 4, 10))
    find(driver, SubjectFact.DEREGISTERED)
    close(driver)
    driver.now = at_hour(date(2026, 4, 20))
    ask(driver, scenes.fact_retraction(driver))
    sign(driver)
    visit = first(driver)
    assert VisitStage.VISITED is visit.stage
    wait = wait_of(driver, WaitKind.ENTRY)
    assert visit.wait == wait.id
    stood = driver.read(lambda session: session.exec(select(Suspension)).all())
    assert [(date(2026, 4, 10), date(2026, 4, 19))] == [(one.from_day, one.to_day) for one in stood]
    # 10 and 13 to 17 April are six working days; after 30 April: 6 to 9 (a make-up Saturday), 11, 12 May.
    assert (date(2026, 4, 30), date(2026, 5, 12)) == (plain, clock_of(driver, wait).due_day)
    assert date(2026, 5, 12) == visit.due_day
    scenes.submitted(driver)
    assert date(2026, 5, 12) == first(driver).due_day


def test_a_returned_result_is_returned_still(at: At) -> None:
    """Closed in its second cycle, it comes back in its second cycle, with the officers that made the check."""
    driver = at("submitted")
    driver.act(SECOND, Role.APPROVER, ReturnResults(visits=(first(driver).id,), reason="附件不全"))
    find(driver, SubjectFact.DEREGISTERED)
    close(driver)
    ask(driver, scenes.fact_retraction(driver))
    sign(driver)
    assert (VisitStage.RETURNED, 2) == (first(driver).stage, first(driver).cycle)
    part = driver.part(SECOND)
    assert (part.subjects, part.subjects, part.subjects - 1) == (part.matched, part.visited, part.submitted)


def test_a_period_that_is_over_is_replaced(at: At) -> None:
    """Nobody can check in the past: the request names another period, which the visit takes."""
    driver = at("closed_on_it")
    driver.now += timedelta(days=60)
    paper = scenes.fact_retraction(driver)
    assert "PeriodPast" == ask(driver, paper).type
    half = paper.model_copy(update={"first_day": driver.today})
    assert "PeriodIncomplete" == ask(driver, half).type
    whole = half.model_copy(update={"last_day": driver.today + timedelta(days=9)})
    assert "Accepted" == ask(driver, whole).type
    late = driver.today + timedelta(days=10)
    driver.now = at_hour(late)
    assert "PeriodPast" == sign(driver).type
    assert "ReasonMissing" == sign(driver, sign=False).type
    assert "Accepted" == sign(driver, sign=False, reason="时段已过，请另报").type
    again = whole.model_copy(update={"number": 2, "first_day": late, "last_day": late + timedelta(days=9)})
    assert "Accepted" == ask(driver, again).type
    sign(driver, 2)
    assert (late, late + timedelta(days=9)) == (first(driver).first_day, first(driver).last_day)


def test_another_closing_fact_keeps_a_visit_closed(at: At) -> None:
    """Only what it was closed on alone opens it again."""
    driver = at("found_gone")
    moved = find(driver, SubjectFact.MOVED_AWAY)
    close(driver)
    paper = RetractFacts(visit=first(driver).id, number=1, facts=(moved,), reason="误报")
    useless = paper.model_copy(update={"first_day": driver.today, "last_day": driver.today})
    assert "PeriodNotNeeded" == ask(driver, useless).type
    ask(driver, paper)
    assert "RetractionPending" == ask(driver, paper.model_copy(update={"number": 2})).type
    assert {"reopened": False} == sign(driver).data
    assert VisitStage.EXEMPT is first(driver).stage
    assert "AlreadyRetracted" == ask(driver, paper.model_copy(update={"number": 2})).type
    assert "AlreadyDecided" == sign(driver).type


def test_a_head_that_refuses_changes_nothing(at: At) -> None:
    """The case is over, the visit stays closed, and who asked is told."""
    driver = at("retraction_asked")
    target = scenes.retraction_target(driver)
    assert target in driver.read(lambda session: open_cases(session, NOW))
    assert not driver.read(lambda session: read_case(session, target)).closed
    sign(driver, sign=False, reason="注销属实")
    case = driver.read(lambda session: read_case(session, target))
    assert ("撤回对象情况", "主要负责人不同意", True) == (case.label, case.state, case.closed)
    assert VisitStage.EXEMPT is first(driver).stage
    assert target not in driver.read(lambda session: open_cases(session, NOW))
    (told,) = notices(driver, "correction refused")
    assert (person(SECOND, Role.OFFICER), True) == (told.person, "注销属实" in told.text)


def test_a_task_that_ended_without_the_check_runs_again_until_it_is_made_and_told(at_each: At) -> None:
    """Also after the end: the platform hears of it, a supplement of the table follows, and it closes anew."""
    driver = at_each("closed_on_it")
    to_the_end(driver)
    assert TaskStatus.CLOSED is driver.job().status
    driver.now += timedelta(days=200)
    period = {"first_day": driver.today, "last_day": driver.today + timedelta(days=9)}
    ask(driver, scenes.fact_retraction(driver).model_copy(update=period))
    sign(driver)
    assert (TaskStatus.OPEN, Stage.MATCH) == (driver.job().status, driver.job().stage)
    scenes.matched(driver)
    to_the_end(driver)
    assert (TaskStatus.CLOSED, VisitStage.PUBLISHED) == (driver.job().status, first(driver).stage)
    tables = [one for one in driver.summaries() if one.department == SECOND]
    first_, *_, last = (one.content for one in tables)
    assert first_ is not None
    assert last is not None
    assert ({"注销": 1}, 1) == (first_["facts"], first_["exempt"])
    assert ({}, 0) == (last["facts"], last["exempt"])
    assert first_["subjects"] + 1 == last["subjects"] == last["published"]


def test_letters_under_a_result_are_taken_back_only_after_it_is_corrected(at: At) -> None:
    """What was published on a fact is put right first: before approval returned, after it corrected and signed."""
    driver = at("visited")
    letters = tuple(Letter(number=f"XA{day}", sent_on=driver.today - timedelta(days=day)) for day in (40, 20))
    fact = find(driver, SubjectFact.UNREACHABLE, letters=letters)
    visit, item = first(driver).id, item_of(SECOND)
    line = ResultLine(visit=visit, item=item, categories=(Category.UNREACHABLE,), finding="两次信函退回")
    driver.act(SECOND, Role.OFFICER, SubmitResults(lines=(line,)))
    paper = RetractFacts(visit=visit, number=1, facts=(fact,), reason="寄错地址")
    assert "return" in ask(driver, paper).words
    scenes.submitted(driver)
    scenes.approved(driver)
    refused = ask(driver, paper)
    assert ("ResultRests", True) == (refused.type, "result correct" in refused.words)
    target = f"correction/{driver.result(first(driver)).id}/1"
    right = CorrectResult(
        result=driver.result(first(driver)).id,
        number=1,
        categories=(Category.NO_PROBLEM,),
        reason="寄错地址",
    )
    driver.act(SECOND, Role.HANDLER, right, target=target)
    driver.act(SECOND, Role.HEAD, SignCorrection(), target=target)
    assert "Accepted" == ask(driver, paper).type
    assert {"reopened": False} == sign(driver).data
    assert VisitStage.APPROVED is first(driver).stage


def test_evidence_of_another_subject_counts_no_more(at_each: At) -> None:
    """No result rests on it, also after the end its hash and its trail stay, and the record says that it was taken back."""
    driver = at_each("evidence_asked")
    assert {"erase": False} == sign(driver).data
    scenes.submitted(driver)
    assert [] == driver.result(first(driver)).evidence
    (row,) = driver.read(lambda session: session.exec(select(Evidence)).all())
    assert SHA == row.sha256
    with driver.database.read() as session:
        files = dict(record_of(session, session.get_one(JointTask, driver.task)))
        assert row.id in files["retracted_ground.jsonl"].decode()
        assert "拍的是另一户" in files["retraction.jsonl"].decode()
        assert row.id in files["evidence.jsonl"].decode()
        target = scenes.retraction_target(driver)
        assert target in workflows_of(session, driver.task)
        assert "撤回第1次" in caption(session, target).summary
        events = session.exec(select(AuditEvent)).all()
    (event,) = [one for one in events if one.event == "ground.retracted"]
    assert [row.id] == event.detail["grounds"]


def test_content_that_must_not_be_kept_is_erased_unless_something_else_rests_on_it(at: At) -> None:
    """By hash: the same file behind another visit is that visit's evidence still."""
    driver = at("evidenced")
    ask(driver, scenes.evidence_retraction(driver, erase=True))
    mine = [first(driver).id]
    assert [] == driver.read(lambda session: erasable(session, mine))
    sign(driver)
    assert [SHA] == driver.read(lambda session: erasable(session, mine))
    line = EvidenceLine(
        visit=driver.visits(SECOND)[1].id,
        sha256=SHA,
        name="现场.pdf",
        media_type="application/pdf",
        size=10,
    )
    driver.act(SECOND, Role.OFFICER, AddEvidence(lines=(line,)))
    assert [] == driver.read(lambda session: erasable(session, mine))
