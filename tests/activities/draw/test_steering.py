"""What somebody in the office could wish to steer, or to do without a trace: each is refused or on record."""

import pytest
from sqlmodel import col, select

from activities.draw.export import export_record
from activities.draw.papers import load_plan
from models.papers import ApproveDraw, CommitSecret, PublicValue, RequestDraw, RevealLink
from models.registers import Subject
from models.task import ActStep, DrawStep
from models.trail import Outcome
from rules.draw_commitments import commitment, link
from rules.draw_record import Kind
from rules.roles import Role
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.draw.contributing import commit, drawn_codes, fix, later_act
from tests.activities.draw.launching import launched_again, refused_again
from tests.activities.driver import Driver
from tests.activities.scenes import secret
from tests.activities.world import PARTS, TASK
from tests.builders import LEAD, OFFICE_DESK, SECOND, actor, person, subject_code


def test_a_copied_commitment_is_refused(at: At) -> None:
    """Whoever copies a chain opens what its owner opens: it adds nothing, and the record would not hold."""
    driver = at("claimed")
    commit(driver, LEAD)
    copied = CommitSecret(commitment=commitment(secret(LEAD)))
    answer = driver.say(copied, actor(SECOND, Role.HANDLER))
    assert (Outcome.REFUSED, "CommitmentUsed") == (answer.outcome, answer.type)
    commit(driver, SECOND)


def test_a_secret_of_another_task_is_refused(at: At) -> None:
    """Its first links are open there: everybody knows what it will open here."""
    driver = at("cancelled")
    scenes.allowed_again(driver)
    again = Driver(driver.database, driver.folder, task=launched_again(driver, 2).id)
    for scene in (scenes.prepared, scenes.offered, scenes.claimed):
        scene(again)
    answer = again.say(CommitSecret(commitment=commitment(secret(LEAD))), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "CommitmentUsed") == (answer.outcome, answer.type)


@pytest.mark.parametrize("value", ["0102030405060", "01 02 03 04 05 06+07+08"])
def test_a_public_value_of_another_length_is_refused(at: At, value: str) -> None:
    """All links are open when it is published: what is announced leaves no choice."""
    answer = at("announced").say(PublicValue(value=value), actor(OFFICE_DESK, Role.OFFICE))
    assert (Outcome.REFUSED, "ValueLengthWrong") == (answer.outcome, answer.type)


def test_a_public_value_has_one_spelling(at: At) -> None:
    """Spaces and signs between the numbers would each be another seed, chosen with all links known."""
    records = []
    for value in ("01 02 03 04 05 06+07", "０１,０２,０３,０４,０５,０６,０７"):
        driver = at("announced")
        driver.act(OFFICE_DESK, Role.OFFICE, PublicValue(value=value))
        driver.steps.execute_draw(driver.step())
        with driver.database.read() as session:
            act = export_record(session, driver.task)["acts"][0]  # type: ignore[index]  # a document
        records.append((act["public_value"], act["seed"]))
    assert records[0] == records[1]
    assert "双色球第2026045期 01020304050607" == records[0][0]


def test_a_launch_cancelled_after_a_link_was_opened_is_launched_again_only_with_an_approval(at: At) -> None:
    """Who knows links may know what would be drawn: cancelling then is wishing for another draw."""
    driver = at("fixed")
    driver.act(LEAD, Role.HANDLER, RevealLink(link=link(secret(LEAD), 1)))
    scenes.cancelled(driver)
    assert "RelaunchNotApproved" == refused_again(driver)


def test_a_plan_names_the_launch_that_it_takes_the_place_of(at: At) -> None:
    """With the hashes of what was planned there and the approval; bound by the new plan's own hash."""
    driver = at("cancelled")
    former = driver.read(
        lambda session: session.get_one(DrawStep, (TASK, 1, ActStep.FIXED, "")).content["plan"]
    )
    scenes.allowed_again(driver)
    again = Driver(driver.database, driver.folder, task=launched_again(driver, 2).id)
    for scene in (scenes.prepared, scenes.offered, scenes.claimed):
        scene(again)
    for department in PARTS:
        value = commitment(secret(f"{department} again"))
        again.act(department, Role.HANDLER, CommitSecret(commitment=value))
    fix(again)
    plan = again.read(lambda session: load_plan(session, again.task, 1))
    assert {"task": TASK, "plan_hashes": [former], "approval": "批2"} == plan["row"]["instead_of"]


def test_who_asked_why_and_who_approved_stand_in_the_hashed_plan(at: At) -> None:
    """And which row of which plan is drawn for, in which version."""
    driver = at("fixed")
    plan = driver.read(lambda session: load_plan(session, driver.task, 1))
    assert ("按计划抽取", person(LEAD, Role.HANDLER), person(LEAD, Role.APPROVER)) == (
        plan["requested"]["reason"],
        plan["requested"]["actor"],
        plan["approved"]["actor"],
    )
    assert {"document": "test-2026", "seq": "1", "version": 1} == plan["row"]


def test_whoever_is_left_out_by_approval_is_named_in_the_plan(at: At) -> None:
    """A count alone would hide a friend."""
    driver = at("claimed")
    commit(driver, *PARTS)
    fix(driver, 1, RequestDraw(reason="按计划", leave_out={subject_code(2): "会议纪要3号"}))
    plan = driver.read(lambda session: load_plan(session, driver.task, 1))
    assert {subject_code(2): "会议纪要3号"} == plan["choices"]["leave_out"]


def test_after_a_redraw_a_replacement_follows_its_strata(at: At) -> None:
    """A subject that an added size brought in is replaced from all classes, like one that was topped up."""
    driver = at("matched")
    redraw = RequestDraw(act=Kind.REDRAW, reason="举报", evidence="举报件3号")
    driver.act(LEAD, Role.HANDLER, redraw)
    driver.act(OFFICE_DESK, Role.OFFICE, ApproveDraw(act=2))
    driver.steps.fix_draw(driver.step(act=2))
    for department in PARTS:
        driver.act(department, Role.HANDLER, RevealLink(act=2, link=link(secret(department), 2)))
    driver.steps.execute_draw(driver.step(act=2))
    for department in PARTS:
        driver.steps.match_officers(driver.step(department=department))
    later_act(driver, RequestDraw(act=Kind.ADDED, reason="扩大", size=1, evidence="纪要5号"), 3)
    codes = [
        driver.read(lambda session, act=act: drawn_codes(session, driver.task, act))[0][0]  # type: ignore[misc]  # bound here
        for act in (2, 3)
    ]
    with driver.database.write() as session:
        for subject in session.exec(select(Subject).where(col(Subject.code).in_(codes))):
            subject.status, subject.status_date = "注销", driver.today
    paper = RequestDraw(act=Kind.REPLACEMENT, reason="注销", replaces=tuple(codes), evidence="注销通知")
    later_act(driver, paper, 4)
    lines = driver.read(lambda session: drawn_codes(session, driver.task, 4))
    assert ["全部", "补足"] == sorted(stratum for _, _, stratum, _ in lines)
