"""The match of officers: two certified ones of the department for each subject, or a wait that says who lacks."""

from collections import Counter
from datetime import timedelta

from sqlmodel import col, select

from models.papers import MatchAgain, PostponeVisits
from models.registers import Officer
from models.task import Assignment, Visit
from models.trail import Notification, Wait
from rules.roles import Role
from rules.stages import Stage, VisitStage
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.world import PARTS
from tests.builders import SECOND


def assigned(driver: Driver) -> list[tuple[Assignment, Officer, Visit]]:
    """Every current assignment with its officer and visit."""
    statement = (
        select(Assignment, Officer, Visit)
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Visit, col(Visit.id) == col(Assignment.visit))
        .where(col(Assignment.current).is_(True))
    )
    return list(driver.read(lambda session: session.exec(statement).all()))


def open_match(driver: Driver) -> Wait | None:
    """The open wait for officers."""
    statement = select(Wait).where(col(Wait.kind) == WaitKind.MATCH, col(Wait.closed_at).is_(None))
    return driver.read(lambda session: session.exec(statement).first())


def certify(driver: Driver) -> None:
    """Every officer's certificate is valid again."""
    with driver.database.write() as session:
        for officer in session.exec(select(Officer)):
            officer.certificate_to = driver.today + timedelta(days=300)


def test_each_visit_has_two_certified_officers_of_its_department(at_each: At) -> None:
    """At least two, different, certified on every day of the period; one of them leads."""
    driver = at_each("matched")
    rows = assigned(driver)
    visits = [visit for department in PARTS for visit in driver.visits(department)]
    assert {visit.id for visit in visits} == {visit.id for _, _, visit in rows}
    for visit in visits:
        pair = [(one, officer) for one, officer, other in rows if other.id == visit.id]
        assert 2 == len({officer.id for _, officer in pair})
        assert {visit.department} == {officer.department for _, officer in pair}
        assert all(officer.certificate_to >= visit.last_day for _, officer in pair)
        assert 1 == sum(one.leader for one, _ in pair)


def test_the_load_is_even_within_a_department(at: At) -> None:
    """Nine subjects, six officers: nobody has two visits more than another."""
    driver = at("matched")
    for department in PARTS:
        load = Counter(
            officer.code for _, officer, visit in assigned(driver) if visit.department == department
        )
        assert 18 == load.total()
        assert max(load.values()) - min(load.values()) <= 1


def test_a_shortage_opens_a_wait_and_says_which_subjects_lack_whom(at_each: At) -> None:
    """Never a bare "infeasible": the visits carry the words, the desk is told, the others go on."""
    driver = at_each("short")
    wait = open_match(driver)
    assert wait is not None
    assert (SECOND, 9, 9) == (wait.department, wait.total, wait.open)
    unmatched = driver.visits(SECOND, VisitStage.UNMATCHED)
    assert 9 == len(unmatched)
    assert all(visit.facts["shortage"] for visit in unmatched)
    stages = {branch.department: branch.stage for branch in driver.progress().branches}
    assert Stage.MATCH is stages.pop(SECOND)
    assert {Stage.INSPECT} == set(stages.values())
    notes = driver.read(
        lambda session: session.exec(
            select(Notification.department).where(col(Notification.event) == "unmatched")
        ).all()
    )
    assert [SECOND] == list(notes)


def test_matched_again_after_the_registers_were_mended(at: At) -> None:
    """The new run closes the wait and matches what the first could not."""
    driver = at("short")
    certify(driver)
    driver.act(SECOND, Role.HANDLER, MatchAgain(reason="换证"))
    driver.steps.match_officers(driver.step(department=SECOND))
    assert open_match(driver) is None
    assert (9, 9) == (driver.part(SECOND).matched, len(driver.visits(SECOND, VisitStage.MATCHED)))
    assert Stage.INSPECT is driver.progress().stage


def test_matched_again_in_vain_opens_the_next_wait(at: At) -> None:
    """The former wait is closed, a new cycle stands, and only one is open."""
    driver = at("short")
    driver.act(SECOND, Role.HANDLER, MatchAgain(reason="再试"))
    driver.steps.match_officers(driver.step(department=SECOND))
    wait = open_match(driver)
    assert wait is not None
    assert (2, 9) == (wait.cycle, wait.open)


def test_a_visit_named_for_a_new_match_gets_officers_anew_and_keeps_the_record(at: At) -> None:
    """The former assignment stays, no longer current."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    driver.act(SECOND, Role.HANDLER, MatchAgain(reason="病假", visits=(visit.id,)))
    driver.steps.match_officers(driver.step(department=SECOND))
    rows = driver.read(
        lambda session: session.exec(select(Assignment).where(col(Assignment.visit) == visit.id)).all()
    )
    assert Counter({True: 2, False: 2}) == Counter(row.current for row in rows)
    assert 9 == driver.part(SECOND).matched


def test_a_postponed_visit_whose_officers_can_come_keeps_them(at: At) -> None:
    """Its clock is the new period's; an officer whose certificate ends before it is matched anew."""
    driver = at("matched")
    first, second = driver.visits(SECOND)[:2]
    officers = {one.visit: officer for one, officer, _ in assigned(driver)}
    last_day = driver.today + timedelta(days=60)
    with driver.database.write() as session:
        session.get_one(Officer, officers[second.id].id).certificate_to = last_day - timedelta(days=1)
    paper = PostponeVisits(
        visits=(first.id, second.id), first_day=last_day - timedelta(days=9), last_day=last_day, reason="放假"
    )
    lost = sum(
        officers[second.id].id == officer.id for one, officer, _ in assigned(driver) if one.visit == first.id
    )
    answer = driver.act(SECOND, Role.APPROVER, paper)
    assert {"postponed": 2, "to_match": 1 + lost, "apart": 4} == answer.data
    driver.steps.match_officers(driver.step(department=SECOND))
    for _, officer, visit in assigned(driver):
        if visit.id in (first.id, second.id):
            assert officer.certificate_to >= last_day
    assert 9 == driver.part(SECOND).matched


def test_a_match_that_names_no_visit_changes_only_those_whose_officers_no_longer_fit(at: At) -> None:
    """One officer is on leave, one recused from one subject: their visits get others, the rest keep theirs."""
    driver = at("matched")
    before = {visit.id: {officer.code for _, officer, one in assigned(driver) if one.id == visit.id}
              for visit in driver.visits(SECOND)}  # fmt: skip
    sick = min(min(codes) for codes in before.values())
    recused_from = next(visit for visit in driver.visits(SECOND) if sick not in before[visit.id])
    recused = min(before[recused_from.id])
    with driver.database.write() as session:
        for officer in session.exec(select(Officer).where(col(Officer.code).in_({sick, recused}))):
            if officer.code == sick:
                officer.leave = [[driver.today.isoformat(), (driver.today + timedelta(days=90)).isoformat()]]
            else:
                officer.recusals = [driver.subject(recused_from).code]
    touched = {visit for visit, codes in before.items() if sick in codes} | {recused_from.id}
    answer = driver.act(SECOND, Role.HANDLER, MatchAgain(reason="病休、回避"))
    assert {"unfit": len(touched)} == answer.data
    driver.steps.match_officers(driver.step(department=SECOND))
    for visit in driver.visits(SECOND):
        after = {officer.code for _, officer, one in assigned(driver) if one.id == visit.id}
        if visit.id in touched:
            assert sick not in after
            assert 2 == len(after)
        else:
            assert before[visit.id] == after
    assert not {recused} & {officer.code for _, officer, one in assigned(driver) if one.id == recused_from.id}
