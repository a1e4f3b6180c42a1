"""Waits and their clocks: what is owed, until when, who is told, each rung once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from activities.clocks.waits import Clocks
from models.messages import TaskStep
from models.papers import AcceptClaim, ExtendClaim, ReturnResults, SubmitResults
from models.trail import Deadline, Notification, RungFire, Wait
from rules.calendar import TZ
from rules.deadline import due_moment
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import OF_A_TASK, result_line
from tests.activities.waits import at_hour, deadlines, record, waits
from tests.activities.world import TARGET
from tests.builders import OFFICE, OFFICE_DESK, SECOND, THIRD


def rungs(driver: Driver, deadline: Deadline) -> set[tuple[str, int, bool]]:
    """The rungs of a deadline that fired: name, repetition, merged."""
    statement = select(RungFire).where(col(RungFire.deadline) == deadline.id)
    return {
        (row.rung, row.repetition, row.merged)
        for row in driver.read(lambda session: session.exec(statement).all())
    }


def fire(driver: Driver, moment: datetime) -> None:
    """Let the task's timer go off."""
    driver.now = moment
    driver.steps.fire_task_rungs(TaskStep(task=driver.task, now=moment))


def test_visits_completed_on_one_day_share_a_wait(at: At) -> None:
    """Thirty thousand visits make dozens of waits: one a day of completion, with a counter."""
    driver = at("matched")
    record(driver, date(2026, 4, 2), 3)
    record(driver, date(2026, 4, 2), 2)
    record(driver, date(2026, 4, 3), 4)
    assert [(5, 5), (4, 4)] == [(wait.total, wait.open) for wait in waits(driver, WaitKind.ENTRY)]
    (visiting,) = waits(driver, WaitKind.VISIT)
    assert (9, 0) == (visiting.total, visiting.open)
    assert visiting.closed_at is not None


@pytest.mark.parametrize(
    ("completed", "due"),
    [
        (date(2026, 4, 30), date(2026, 6, 1)),
        (date(2026, 9, 18), date(2026, 10, 22)),
        (date(2026, 11, 30), date(2026, 12, 28)),
    ],
)
def test_results_are_due_20_working_days_after_completion(at: At, completed: date, due: date) -> None:
    """The day itself is not counted, holidays and make-up days are the calendar's."""
    driver = at("matched")
    record(driver, completed, 1)
    (wait,) = waits(driver, WaitKind.ENTRY)
    (deadline,) = deadlines(driver, wait)
    assert (completed, due, due_moment(due), False) == (
        deadline.anchor,
        deadline.due_day,
        deadline.due,
        deadline.provisional,
    )


def test_a_deadline_into_an_unpublished_year_says_that_it_is_provisional(at: At) -> None:
    """The claim's two working days at the year's end cross into a year without a notice."""
    driver = at("adopted")
    with driver.database.write() as session:
        clocks = Clocks(session, OFFICE, at_hour(date(2026, 12, 31)))
        wait = clocks.open(
            WaitKind.CLAIM,
            key="k",
            scope=TARGET,
            department=SECOND,
            opened_by="test",
            anchor=date(2026, 12, 31),
        )
        assert clocks.deadline(wait).provisional


def test_returned_results_begin_a_second_cycle_in_the_same_clock(at: At) -> None:
    """Cycle 2 has a deadline and rungs of its own, and the same last day: returning gains no time."""
    driver = at("submitted")
    visit = driver.visits(SECOND)[0]
    driver.now = at_hour(driver.today + timedelta(days=20))
    driver.act(SECOND, Role.APPROVER, ReturnResults(visits=(visit.id,), reason="附件不全"))
    first, second = waits(driver, WaitKind.ENTRY)
    assert ((1, 0), (2, 1)) == ((first.cycle, first.open), (second.cycle, second.open))
    (before,), (after,) = deadlines(driver, first), deadlines(driver, second)
    assert before.due_day == after.due_day
    assert (None, True) == (before.next_rung, after.next_rung is not None)
    fire(driver, at_hour(before.due_day))
    assert set() == rungs(driver, before)
    assert ("due", 0, False) in rungs(driver, after)


def test_a_second_submission_after_a_return_keeps_both_cycles(at: At) -> None:
    """Nothing is overwritten: cycle 1 stays as it was submitted, cycle 2 is approved."""
    driver = at("submitted")
    visit = driver.visits(SECOND)[0]
    driver.act(SECOND, Role.APPROVER, ReturnResults(visits=(visit.id,), reason="附件不全"))
    line = result_line(driver, visit)
    driver.act(SECOND, Role.OFFICER, SubmitResults(lines=(line,)))
    assert (1, 2) == (driver.result(visit, 1).cycle, driver.result(visit, 2).cycle)
    assert 9 == driver.part(SECOND).submitted


def test_an_extension_is_a_new_deadline_with_rungs_of_its_own(at: At) -> None:
    """The former one stays on record, no longer current, and never fires again."""
    driver = at("offered")
    (wait,) = waits(driver, WaitKind.CLAIM, THIRD)
    (former,) = deadlines(driver, wait)
    fire(driver, at_hour(former.due_day))
    before = rungs(driver, former)
    driver.act(OFFICE_DESK, Role.OFFICE, ExtendClaim(department=THIRD, days=5, reason="汛期"))
    _, living = deadlines(driver, wait)
    assert living.due_day > former.due_day
    fire(driver, at_hour(living.due_day))
    assert before == rungs(driver, former)
    assert ("due", 0, False) in rungs(driver, living)


def test_a_rung_fires_once_however_often_the_timer_goes_off(at_each: At) -> None:
    """Claimed by insert: the second firing of the same moment finds it claimed, and nobody is told twice."""
    driver = at_each("offered")
    (wait,) = waits(driver, WaitKind.CLAIM, THIRD)
    (deadline,) = deadlines(driver, wait)
    told = []
    for _ in range(3):
        fire(driver, at_hour(deadline.due_day))
        told.append(len(driver.read(lambda session: session.exec(select(Notification)).all())))
    assert {("due", 0, False), ("minus1", 0, True)} == rungs(driver, deadline)
    assert told[0] == told[1] == told[2]


def test_a_claim_nobody_answers_climbs_from_the_person_to_the_office(at: At) -> None:
    """−1 the person, 0 person and head, +1 head, +3 the coordinating office, then every 3 working days."""
    driver = at("offered")
    (wait,) = waits(driver, WaitKind.CLAIM, THIRD)
    (deadline,) = deadlines(driver, wait)
    fired = []
    for _ in range(6):
        moment = driver.progress().next_rung
        assert moment is not None
        fire(driver, moment)
        fired.append(
            (max(rungs(driver, deadline), key=lambda one: (moment, one))[0], driver.progress().level)
        )
    days = [row.fired_at.astimezone(TZ).date() for row in _fires(driver, deadline)]
    assert [
        date(2026, 4, 2),
        date(2026, 4, 3),
        date(2026, 4, 7),
        date(2026, 4, 9),
        date(2026, 4, 14),
        date(2026, 4, 17),
    ] == days
    assert [1, 2, 2, 3, 3, 3] == [level for _, level in fired]
    roles = {(note.department, note.role) for note in _notes(driver, wait)}
    assert {(THIRD, Role.HANDLER), (THIRD, Role.HEAD), (OFFICE_DESK, Role.OFFICE)} == roles


def _fires(driver: Driver, deadline: Deadline) -> Sequence[RungFire]:
    statement = select(RungFire).where(col(RungFire.deadline) == deadline.id).order_by(col(RungFire.fired_at))
    return driver.read(lambda session: session.exec(statement).all())


def _notes(driver: Driver, wait: Wait) -> Sequence[Notification]:
    statement = select(Notification).where(col(Notification.key).startswith(f"{wait.key}/"))
    return driver.read(lambda session: session.exec(statement).all())


def test_after_an_outage_only_the_highest_rung_is_sent(at: At) -> None:
    """What was missed is recorded as merged into it: nobody gets a week's reminders at once."""
    driver = at("offered")
    (wait,) = waits(driver, WaitKind.CLAIM, THIRD)
    (deadline,) = deadlines(driver, wait)
    fire(driver, at_hour(date(2026, 4, 15)))
    merged = {("minus1", 0, True), ("due", 0, True), ("plus1", 0, True), ("plus3", 0, True)}
    assert merged | {("plus3", 1, False)} == rungs(driver, deadline)
    assert [(OFFICE_DESK, Role.OFFICE)] == [(note.department, note.role) for note in _notes(driver, wait)]


def test_a_closed_wait_is_silent(at: At) -> None:
    """Who has acted is not reminded, also where the timer goes off late."""
    driver = at("offered")
    driver.act(THIRD, Role.HANDLER, AcceptClaim())
    (wait,) = waits(driver, WaitKind.CLAIM, THIRD)
    assert (0, 0) == (wait.open, wait.level)
    fire(driver, at_hour(driver.today + timedelta(days=30)))
    (deadline,) = deadlines(driver, wait)
    assert (None, set()) == (deadline.next_rung, rungs(driver, deadline))


def test_a_wait_that_is_added_to_after_its_close_is_open_again(at: At) -> None:
    """A later fact of the same clock finds the wait closed: it stands again, with its clock running."""
    driver = at("adopted")
    with driver.database.write() as session:
        clocks = Clocks(session, OFFICE, driver.now)

        def open_two() -> Wait:
            return clocks.open(
                WaitKind.CLAIM, key="k", scope=TARGET, department=SECOND, opened_by="test", count=2
            )

        wait = open_two()
        clocks.settle(wait, by="somebody", count=5)
        assert (0, "somebody") == (wait.open, wait.closed_by)
        assert clocks.deadline(wait).next_rung is None
        open_two()
        assert (4, 2, None) == (wait.total, wait.open, wait.closed_at)
        assert clocks.deadline(wait).next_rung is not None


@pytest.mark.parametrize("scene", sorted(OF_A_TASK))
def test_the_one_timer_is_the_earliest_rung_of_all_open_waits(at: At, scene: str) -> None:
    """What the workflow sleeps until is the minimum over the rows; every open wait has exactly one living clock."""
    driver = at(scene)
    progress = driver.progress()

    def living(session: Session) -> list[tuple[Wait, Deadline]]:
        return list(
            session.exec(
                select(Wait, Deadline)
                .join(Deadline, col(Deadline.wait) == col(Wait.id))
                .where(
                    col(Wait.scope) == TARGET, col(Wait.closed_at).is_(None), col(Deadline.current).is_(True)
                )
            ).all()
        )

    rows = driver.read(living)
    assert len({wait.id for wait, _ in rows}) == len(rows) == progress.waits_open
    moments = [deadline.next_rung for _, deadline in rows if deadline.next_rung is not None]
    assert min(moments, default=None) == progress.next_rung
    assert all(0 < wait.open <= wait.total for wait, _ in rows)


@pytest.mark.parametrize(
    "scene", ["launched", "offered", "claimed", "visited", "commissioned", "closed", "desk"]
)
def test_every_period_says_where_it_comes_from(at: At, scene: str) -> None:
    """A clause of a notice or law, a fact that names the day, or that no notice at hand says it."""
    driver = at(scene)
    rows = driver.read(lambda session: session.exec(select(Wait.kind, Deadline.clause).join(Deadline)).all())
    assert rows
    assert [] == [kind for kind, clause in rows if not clause]
