"""Every kind of paper in its place and out of it: ruled on once, or refused with type, words and trail."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from activities.papers.filing import Actor
from activities.papers.rulings import RULINGS
from activities.papers.submissions import file
from models.papers import PAPERS
from models.trail import Answer, Outcome, Submission
from rules.refusal import Refusal
from rules.roles import Role
from tests.activities.cases import AS_BEFORE, CASES, Case
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.world import ABROAD_DESK, NOBODY, TRAIL, add_person, dump
from tests.builders import actor, person

REMEDY = re.compile(r"请|须|可用|可以|用 |由|无须")
"""What to do next: ask, wait for, name who, name the command."""
KINDS = sorted(CASES)


def refused(driver: Driver, kind: str, by: Actor, type_: str, case: Case) -> Answer:
    """File the kind's paper: it must be refused with its type and a remedy, and leave nothing but its trail."""
    before = dump(driver.database, without=TRAIL)
    paper, target = case.paper(driver), case.target(driver)
    submission = driver.file(paper, by, target=target)
    answer = driver.rule(submission)
    assert (Outcome.REFUSED, type_) == (answer.outcome, answer.type), answer.words
    assert REMEDY.search(answer.words), f"no remedy in: {answer.words}"
    assert before == dump(driver.database, without=TRAIL)
    event = driver.trail(submission.id)[-1]
    assert (f"refused:{kind}", by.person, by.acting_for, by.department, type_) == (
        event.event,
        event.actor,
        event.acting_for,
        event.department,
        event.detail["type"],
    )
    return answer


def accepted(driver: Driver, case: Case, by: Actor) -> Answer:
    """File the kind's paper: it must be accepted."""
    answer = driver.say(case.paper(driver), by, target=case.target(driver))
    assert Outcome.ACCEPTED is answer.outcome, f"{answer.type}: {answer.words}"
    return answer


def test_the_table_leaves_no_kind_out() -> None:
    """Whoever adds a ruling adds its line here; every paper has a ruling."""
    assert set(RULINGS) == set(CASES)
    assert set(PAPERS) == set(RULINGS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_in_its_place_is_accepted_and_audited(at: At, kind: str) -> None:
    """One answer, and a link in the chain with the actor, the role, the department."""
    case, driver = CASES[kind], at(CASES[kind].scene)
    answer = accepted(driver, case, actor(*case.by))
    event = driver.trail(answer.submission)[-1]
    assert (kind, actor(*case.by).person, case.by[1].value, case.by[0]) == (
        event.event,
        event.actor,
        event.role,
        event.department,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_message_again_gets_the_same_answer(at: At, kind: str) -> None:
    """A repeat changes nothing, not even the trail; nor does it after the case has moved on."""
    case, driver = CASES[kind], at(CASES[kind].scene)
    paper, target, by = case.paper(driver), case.target(driver), actor(*case.by)
    first = driver.say(paper, by, target=target, message_id="m-1")
    before = dump(driver.database)
    driver.now += timedelta(hours=1)
    again = driver.say(paper, by, target=target, message_id="m-1")
    assert first == again
    assert before == dump(driver.database)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_id_is_not_lent_to_another_paper(at: At, kind: str) -> None:
    """The same id with another content, or by another actor, is refused before anything is written."""
    case, driver = CASES[kind], at(CASES[kind].scene)
    stored = driver.file(case.paper(driver), actor(*case.by), target=case.target(driver), message_id="m-1")
    before = dump(driver.database)
    for change in ({"content": {**stored.content, "more": "1"}}, {"actor": "p-else"}, {"target": "office/x"}):
        other = type(stored)(**{**stored.model_dump(), **change})
        with pytest.raises(Refusal) as refusal, driver.database.write() as session:
            file(session, other)
        assert "MessageIdReused" == refusal.value.type
    assert before == dump(driver.database)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].early[0]])
def test_a_paper_that_comes_too_early_is_refused(at: At, kind: str) -> None:
    """Before its stage nothing is accepted in advance."""
    scene, type_ = CASES[kind].early
    refused(at(scene), kind, actor(*CASES[kind].by), type_, CASES[kind])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].late[0]])
def test_a_paper_that_comes_too_late_changes_nothing(at: At, kind: str) -> None:
    """It is refused; where it only says again what is settled, it is answered so."""
    case = CASES[kind]
    scene, type_ = case.late
    driver = at(scene)
    if type_ != AS_BEFORE:
        refused(driver, kind, actor(*case.by), type_, case)
        return
    # The version of a task counts rulings, whatever they changed.
    before = dump(driver.database, without=(*TRAIL, "joint_task"))
    accepted(driver, case, actor(*case.by))
    assert before == dump(driver.database, without=(*TRAIL, "joint_task"))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].stranger[0]])
def test_another_department_is_refused(at: At, kind: str) -> None:
    """The right role in a department whose business it is not."""
    case = CASES[kind]
    department, type_ = case.stranger
    refused(at(case.scene), kind, actor(department, case.by[1]), type_, case)


@pytest.mark.parametrize("kind", KINDS)
def test_the_wrong_role_is_refused(at: At, kind: str) -> None:
    """The right department, and a role of it that the kind does not admit."""
    case, driver = CASES[kind], at(CASES[kind].scene)
    roles = (Role.OFFICER, Role.KEEPER, Role.APPROVER)
    role = next(role for role in roles if role not in RULINGS[kind].roles)
    with driver.database.write() as session:
        name = add_person(session, case.by[0], role, name="p-other-role")
    refused(driver, kind, Actor(name, role, case.by[0]), "WrongRole", case)


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_living_posting_lets_a_person_act(at: At, kind: str) -> None:
    """Refused: nobody known, a holder elsewhere, an expired posting, another office, no substitute of that one."""
    case, driver = CASES[kind], at(CASES[kind].scene)
    department, role = case.by
    with driver.database.write() as session:
        add_person(session, department, role, name="p-expired", to_day=driver.today - timedelta(days=1))
        add_person(session, department, role, name="p-sub", acting_for=person(department, role))
    rightful = actor(department, role)
    for by, type_ in (
        (replace(rightful, person=NOBODY), "PersonUnknown"),
        (replace(rightful, person=person(ABROAD_DESK, role)), "NotPosted"),
        (replace(rightful, person="p-expired"), "NotPosted"),
        (actor(ABROAD_DESK, role), "WrongOffice"),
        (replace(rightful, acting_for="p-sub"), "NotPosted"),
        (replace(rightful, person="p-sub"), "NotPosted"),
    ):
        refused(driver, kind, by, type_, case)


@pytest.mark.parametrize("kind", KINDS)
def test_a_named_substitute_acts_and_both_names_stand_in_the_trail(at: At, kind: str) -> None:
    """Every link that the paper writes names the substitute and the one stood for."""
    case, driver = CASES[kind], at(CASES[kind].scene)
    department, role = case.by
    with driver.database.write() as session:
        add_person(session, department, role, name="p-sub", acting_for=person(department, role))
    by = Actor("p-sub", role, department, acting_for=person(department, role))
    answer = accepted(driver, case, by)
    names = {(event.actor, event.acting_for) for event in driver.trail(answer.submission)}
    assert {("p-sub", person(department, role))} == names


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].closed])
def test_a_closed_task_takes_no_more_papers(at: At, kind: str) -> None:
    """Whatever came after the end is refused; corrections have a case of their own."""
    case = CASES[kind]
    refused(at("closed"), kind, actor(*case.by), case.closed, case)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if CASES[kind].cancelled])
def test_a_cancelled_task_takes_no_more_papers(at: At, kind: str) -> None:
    """Cancelled by order means cancelled for everybody."""
    case = CASES[kind]
    refused(at("cancelled"), kind, actor(*case.by), case.cancelled, case)


def test_every_message_of_a_task_sent_again_after_its_end_changes_nothing(at_each: At) -> None:
    """On either database: all papers of the whole task get their first answers again."""
    driver = at_each("closed")
    before = dump(driver.database)
    papers = driver.read(lambda session: session.exec(select(Submission)).all())
    assert len(papers) > 40
    for paper in papers:
        answer = driver.row(Answer, paper.id)
        with driver.database.write() as session:
            stored = file(session, type(paper)(**{**paper.model_dump(), "nonce": "another", "sha256": "x"}))
        assert answer == driver.rule(stored)
    assert before == dump(driver.database)
