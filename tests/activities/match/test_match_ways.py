"""Where officers are too few: explained in words, with ways on; and no officer is given away twice."""

from collections import Counter
from datetime import timedelta

from sqlmodel import col, select

from cli.visits import visit_view
from models.base import opaque_id
from models.organisation import Office
from models.papers import BorrowOfficer, LendOfficer, MatchAgain, PostponeVisits, WidenAreas
from models.registers import Officer
from models.task import Assignment, JointTask, Visit
from models.trail import Outcome, Wait
from rules.roles import Role
from rules.stages import Stage, VisitStage
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.neighbours import BORROWED
from tests.activities.scenes import drawn, fixed, matched
from tests.activities.waits import notices, wait_of
from tests.activities.world import ABROAD, ABROAD_DESK
from tests.builders import LEAD, OFFICE, SECOND, THIRD, actor

OTHER = "test-2026/1/1/9"


def match(driver: Driver) -> None:
    """The machine matches the second department."""
    driver.steps.match_officers(driver.step(department=SECOND))


def staff(driver: Driver, **values: object) -> None:
    """All officers of the second department get these values in the register."""
    with driver.database.write() as session:
        for officer in session.exec(select(Officer).where(col(Officer.department) == SECOND)):
            for name, value in values.items():
                setattr(officer, name, value)


def loads(driver: Driver) -> Counter[str]:
    """Current visits by certificate number, in all tasks."""
    rows = driver.read(
        lambda session: session.exec(
            select(Officer.code, Assignment.visit)
            .join(Assignment, col(Assignment.officer) == col(Officer.id))
            .where(col(Assignment.current).is_(True))
        ).all()
    )
    return Counter(code for code, _ in rows)


def busy_elsewhere(driver: Driver, officer: str, visits: int) -> None:
    """Another running task has given this officer as many visits."""
    with driver.database.write() as session:
        values = {**driver.job().model_dump(), "id": OTHER, "round": 2, "launch": 9}
        session.add(JointTask(**values))
        session.flush()
        row = session.exec(select(Officer).where(col(Officer.code) == officer)).one()
        subjects = {visit.subject for visit in session.exec(select(Visit))}
        for subject in sorted(subjects)[:visits]:
            visit = Visit(
                task=OTHER,
                department=SECOND,
                subject=subject,
                act=1,
                stage=VisitStage.MATCHED,
                first_day=driver.today,
                last_day=driver.today,
            )
            session.add(visit)
            session.flush()
            session.add(Assignment(visit=visit.id, officer=row.id, run=1, leader=True))


def test_a_shortage_is_explained_in_words_and_the_rest_stays_open(at: At) -> None:
    """Every unmatched subject says what it lacks and what may be done, without an officer's name."""
    driver = at("short")
    visit = driver.visits(SECOND)[0]
    words = visit_view(visit, driver.subject(visit), [])["shortage"]
    assert "还缺" in words
    assert "续期" in words


def test_a_borrowed_officer_is_matched_like_the_department_s_own(at: At) -> None:
    """One valid officer of nine subjects' two: the borrowed one makes the pair."""
    driver = at("short")
    borrowed = driver.officers(THIRD)[0]
    paper = BorrowOfficer(officer=borrowed, reason="证件到期，人员不足")
    driver.act(SECOND, Role.APPROVER, paper)
    again = driver.say(paper, actor(SECOND, Role.APPROVER))
    assert (Outcome.REFUSED, "AlreadyAsked") == (again.outcome, again.type)
    match(driver)
    assert 0 == driver.part(SECOND).matched
    driver.act(THIRD, Role.APPROVER, LendOfficer(officer=borrowed, lend=True, reason="可以支援"))
    assert wait_of(driver, WaitKind.LEND, THIRD).closed_at is not None
    match(driver)
    assert (9, 9) == (driver.part(SECOND).matched, driver.part(SECOND).subjects)
    again = driver.say(paper, actor(SECOND, Role.APPROVER))
    assert (Outcome.REFUSED, "NothingToMatch") == (again.outcome, again.type)
    mine = driver.read(
        lambda session: session.exec(
            select(Officer.code)
            .join(Assignment, col(Assignment.officer) == col(Officer.id))
            .join(Visit, col(Visit.id) == col(Assignment.visit))
            .where(col(Visit.department) == SECOND)
        ).all()
    )
    assert {borrowed, driver.officers(SECOND)[0]} == set(mine)


def test_an_officer_who_is_not_lent_stays_at_home(at: At) -> None:
    """The answer is on record with its reason, and another one may be asked for."""
    driver = at("asked")
    driver.act(THIRD, Role.HEAD, LendOfficer(officer=BORROWED, lend=False, reason="自身人员紧张"))
    assert wait_of(driver, WaitKind.LEND, THIRD).closed_at is not None
    match(driver)
    assert 0 == driver.part(SECOND).matched
    asked, answered = notices(driver, "lend")
    assert f"task lend {driver.task} {BORROWED} --reason" in asked.text
    assert "自身人员紧张" in answered.text
    driver.act(SECOND, Role.APPROVER, BorrowOfficer(officer=driver.officers(THIRD)[1], reason="人员不足"))


def test_an_officer_of_the_level_above_comes_by_its_written_consent(at: At) -> None:
    """Its persons do not act in this office's world: the number of the consent is what exists, and is needed."""
    driver = at("short")
    with driver.database.write() as session:
        session.get_one(Office, OFFICE).parent = ABROAD
        like = session.exec(select(Officer).where(col(Officer.department) == THIRD)).first()
        assert like is not None
        values = {**like.model_dump(), "id": opaque_id(), "code": "ZF-above", "office": ABROAD}
        session.add(Officer(**{**values, "department": ABROAD_DESK, "specialties": ["食品"]}))
    asked = BorrowOfficer(officer="ZF-above", reason="人员不足")
    assert "NumberMissing" == driver.say(asked, actor(SECOND, Role.APPROVER)).type
    driver.act(SECOND, Role.APPROVER, asked.model_copy(update={"number": "市局借调函3号"}))
    match(driver)
    assert 9 == driver.part(SECOND).matched


def test_an_unknown_officer_is_not_borrowed(at: At) -> None:
    """A certificate number that neither this office nor the one above knows."""
    paper = BorrowOfficer(officer="ZF-none", number="借调函1号", reason="人员不足")
    assert "OfficerUnknown" == at("short").say(paper, actor(SECOND, Role.APPROVER)).type


def test_widened_areas_let_officers_check_where_they_otherwise_do_not(at: At) -> None:
    """All are at home in the east: the western subjects wait, then are matched; the eastern keep theirs."""
    driver = at("requested")
    staff(driver, areas=["东镇"])
    fixed(driver)
    drawn(driver)
    matched(driver)
    waiting = driver.visits(SECOND, VisitStage.UNMATCHED)
    assert {"西镇"} == {driver.subject(visit).area for visit in waiting}
    kept = loads(driver)
    driver.act(SECOND, Role.HEAD, WidenAreas(areas=("西镇",), reason="西镇没有执法人员"))
    match(driver)
    assert [] == list(driver.visits(SECOND, VisitStage.UNMATCHED))
    assert all(loads(driver)[code] >= count for code, count in kept.items())


def test_capacity_that_another_task_has_taken_is_not_given_away_again(at: At) -> None:
    """Frozen with room for ten; by the time of the match another task has taken nine of one officer's."""
    driver = at("requested")
    staff(driver, capacity=10)
    fixed(driver)
    drawn(driver)
    first = driver.officers(SECOND)[0]
    busy_elsewhere(driver, first, 9)
    match(driver)
    assert 9 == driver.part(SECOND).matched
    assert max(loads(driver)[code] for code in driver.officers(SECOND)) <= 10


def test_only_what_a_change_touches_is_matched_anew(at: At) -> None:
    """A postponement beyond one certificate re-matches that officer's visits alone; old and new are kept."""
    driver = at("matched")
    before = driver.read(lambda session: session.exec(select(Assignment)).all())
    sick = driver.officers(SECOND)[0]
    late = driver.today + timedelta(days=40)
    with driver.database.write() as session:
        officer = session.exec(select(Officer).where(col(Officer.code) == sick)).one()
        officer.certificate_to = driver.today + timedelta(days=30)
    visits = tuple(visit.id for visit in driver.visits(SECOND))
    answer = driver.act(
        SECOND,
        Role.APPROVER,
        PostponeVisits(visits=visits, first_day=driver.today, last_day=late, reason="汛期"),
    )
    touched = {one.visit for one in before if one.officer == officer.id}
    assert len(touched) == answer.data["to_match"]
    match(driver)
    after = driver.read(lambda session: session.exec(select(Assignment)).all())
    assert touched == {one.visit for one in before} & {
        one.visit for one in after if not one.current and one.visit in visits
    }
    assert sick not in {code for code, count in loads(driver).items() if count and code == sick}
    assert Stage.INSPECT is driver.progress().stage


def test_an_officer_who_is_recused_on_the_day_is_replaced(at: At) -> None:
    """Named with a reason: that visit alone gets other officers."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    with driver.database.write() as session:
        code = driver.subject(visit).code
        held = session.exec(
            select(Officer)
            .join(Assignment, col(Assignment.officer) == col(Officer.id))
            .where(col(Assignment.visit) == visit.id)
        ).all()
        held[0].recusals = [code]
    driver.act(SECOND, Role.HANDLER, MatchAgain(reason="当日申请回避", visits=(visit.id,)))
    match(driver)
    now = driver.read(
        lambda session: session.exec(
            select(Assignment.officer).where(
                col(Assignment.visit) == visit.id, col(Assignment.current).is_(True)
            )
        ).all()
    )
    assert held[0].id not in now
    assert 2 == len(now)


def waits_of_visits(driver: Driver) -> dict[str, set[tuple[int, int]]]:
    """For each department, undone and whole of its open waits for checks."""
    rows = driver.read(
        lambda session: session.exec(
            select(Wait).where(col(Wait.kind) == WaitKind.VISIT.value, col(Wait.closed_at).is_(None))
        ).all()
    )
    found: dict[str, set[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row.department, set()).add((row.open, row.total))
    return found


def test_the_initiator_moves_a_visit_for_all_departments(at: At) -> None:
    """One visit for all: each department's officers are tested again, and no wait counts what has left it."""
    driver = at("matched")
    visit = driver.visits(LEAD)[0]
    last_day = driver.today + timedelta(days=60)
    unfit = min(sent_to(driver, SECOND, visit.subject))
    with driver.database.write() as session:
        row = session.exec(select(Officer).where(col(Officer.code) == unfit)).one()
        row.certificate_to = last_day - timedelta(days=1)
    paper = PostponeVisits(
        visits=(visit.id,), first_day=last_day, last_day=last_day, reason="放假", together=True
    )
    stranger = driver.say(
        paper.model_copy(update={"visits": (driver.visits(SECOND)[0].id,)}), actor(SECOND, Role.APPROVER)
    )
    assert "InitiatorOnly" == stranger.type
    answer = driver.act(LEAD, Role.APPROVER, paper)
    assert {"postponed": 3, "to_match": 1, "apart": 0} == answer.data
    match(driver)
    assert unfit not in sent_to(driver, SECOND, visit.subject)
    for department in (LEAD, SECOND, THIRD):
        moved = [one for one in driver.visits(department) if one.last_day == last_day]
        assert [visit.subject] == [one.subject for one in moved]
        assert {(8, 8), (1, 1)} == waits_of_visits(driver)[department]


def test_a_department_that_moves_its_visit_asks_the_others_along(at: At) -> None:
    """They are told the very command that keeps it one visit."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    day = driver.today + timedelta(days=40)
    paper = PostponeVisits(visits=(visit.id,), first_day=day, last_day=day, reason="学校考试")
    assert 2 == driver.act(SECOND, Role.APPROVER, paper).data["apart"]
    told = [one.text for one in notices(driver, "postponed")]
    assert 2 == len(told)
    theirs = next(one.id for one in driver.visits(LEAD) if one.subject == visit.subject)
    assert any(f"task postpone {driver.task} {theirs} --from {day} --to {day}" in text for text in told)


def sent_to(driver: Driver, department: str, subject: str) -> set[str]:
    """The certificate numbers of a department's officers for a subject."""
    rows = driver.read(
        lambda session: session.exec(
            select(Officer.code)
            .join(Assignment, col(Assignment.officer) == col(Officer.id))
            .join(Visit, col(Visit.id) == col(Assignment.visit))
            .where(
                col(Visit.department) == department,
                col(Visit.subject) == subject,
                col(Assignment.current).is_(True),
            )
        ).all()
    )
    return set(rows)
