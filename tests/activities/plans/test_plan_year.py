"""A row's year: opened, reminded, escalated, fulfilled or on record as omitted."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from activities.rebuild import open_cases
from activities.steps.row import RowActivities
from models.messages import RowProgress, TaskStep
from models.organisation import Office
from models.papers import AdjustedRow, AdjustPlan, AdoptPlan, OmitRound, SetPlanField, StartTask
from models.plan import RoundOmission
from models.trail import Notification, Wait
from rules.calendar import TZ
from rules.ladder import Level
from rules.plan_rounds import RowState
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET
from tests.builders import DOCUMENT, LEAD, OFFICE, OFFICE_DESK, set_field

ROW = f"{DOCUMENT}/1"
WORKFLOW = f"plan-row/{ROW}"


def tend(driver: Driver, *day: int) -> RowProgress:
    """The watch tends the row, at ten in the morning of a day of the plan's year or the next."""
    if day:
        month, number, *year = day
        driver.now = datetime(year[0] if year else 2026, month, number, 10, tzinfo=TZ)
    return RowActivities(driver.database).tend_row(TaskStep(task=ROW, now=driver.now))


def adjust(driver: Driver, **fields: object) -> None:
    """Another frequency, window or mode for the row."""
    given = {name: set_field(value) for name, value in fields.items()}
    paper = AdjustPlan(
        document=DOCUMENT,
        number="申1",
        approval="批1",
        reason="测试",
        changed=(AdjustedRow(seq="1", fields=given),),
    )
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)


def launch(driver: Driver, round_: int = 1) -> None:
    """The initiator launches a round."""
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1", round=round_), target=OFFICE_TARGET)


def open_waits(driver: Driver) -> list[Wait]:
    """The open waits of the row."""
    statement = select(Wait).where(col(Wait.scope) == WORKFLOW, col(Wait.closed_at).is_(None))
    return list(driver.read(lambda session: session.exec(statement.order_by(col(Wait.key))).all()))


def told(driver: Driver, event: str) -> list[tuple[str, Role]]:
    """Who was told of an event."""
    statement = select(Notification).where(col(Notification.event) == event).order_by(col(Notification.key))
    return [(row.department, row.role) for row in driver.read(lambda session: session.exec(statement).all())]


def test_the_watch_opens_with_the_window_and_reminds_the_initiator(at: At) -> None:
    """Before March nobody owes anything; on its first day the initiator owes the launch, and hears of it once."""
    driver = at("adopted")
    before = tend(driver, 2, 27)
    assert (RowState.AHEAD.label, (), datetime(2026, 3, 1, tzinfo=TZ)) == (
        before.state,
        before.waits,
        before.next_at,
    )
    during = tend(driver, 3, 1)
    tend(driver, 3, 2)
    assert RowState.OPEN.label == during.state
    (wait,) = open_waits(driver)
    assert (WaitKind.WINDOW, LEAD, Role.HANDLER) == (wait.kind, wait.department, wait.role)
    assert [(LEAD, Role.HANDLER)] == told(driver, "window")


def test_a_window_that_closes_with_a_round_not_launched_is_escalated_to_the_office(at: At) -> None:
    """Reminders before the last day, then the head, then the coordinating office, and on until somebody acts."""
    driver = at("adopted")
    tend(driver, 3, 1)
    tend(driver, 10, 23)
    assert [(LEAD, Role.HANDLER)] == told(driver, "due")
    tend(driver, 11, 2)
    overdue = tend(driver, 11, 5)
    assert (RowState.OVERDUE.label, Level.OFFICE) == (overdue.state, overdue.level)
    assert (OFFICE_DESK, Role.OFFICE) in told(driver, "overdue")
    assert (LEAD, Role.HEAD) in told(driver, "overdue")
    assert overdue.next_at is not None


def test_a_launched_round_closes_its_wait_and_ends_the_row(at: At) -> None:
    """Fulfilled; a cancelled task opens it again."""
    driver = at("adopted")
    tend(driver)
    launch(driver)
    done = tend(driver)
    assert (True, RowState.FULFILLED.label, 1, []) == (
        done.over,
        done.state,
        done.launched,
        open_waits(driver),
    )
    scenes.cancelled(driver)
    assert (False, 1) == (tend(driver).over, len(open_waits(driver)))


def test_each_quarter_is_a_round_of_its_own(at: At) -> None:
    """Window March to October, once a quarter: four rounds, each with its own last day."""
    driver = at("adopted")
    adjust(driver, frequency={"times": 1, "per": "quarter"})
    assert (4, 0) == (tend(driver, 3, 2).rounds, tend(driver, 3, 2).launched)
    launch(driver)
    assert () == tend(driver).waits
    second = tend(driver, 4, 1)
    assert (RowState.OPEN.label, 1) == (second.state, second.launched)
    assert [f"{WORKFLOW}/2/2026-06-30/{LEAD}"] == [wait.key for wait in open_waits(driver)]


def test_the_year_ends_as_a_recorded_omission(at: At) -> None:
    """With the plan's year the round goes on record; the office and the head are told; nobody is dunned on."""
    driver = at("adopted")
    tend(driver, 3, 1)
    assert not tend(driver, 12, 31).over
    ended = tend(driver, 1, 1, 2027)
    assert (True, RowState.OMITTED.label, 1) == (ended.over, ended.state, ended.omitted)
    (row,) = driver.read(lambda session: session.exec(select(RoundOmission)).all())
    assert ("1", 1, None) == (row.seq, row.round, row.submission)
    assert [] == open_waits(driver)
    assert {(LEAD, Role.HEAD), (OFFICE_DESK, Role.OFFICE)} == set(told(driver, "omitted"))


def test_the_office_may_record_the_omission_earlier(at: At) -> None:
    """With number and reason; then the row's year is over."""
    driver = at("adopted")
    tend(driver)
    paper = OmitRound(document=DOCUMENT, seq="1", number="批2", reason="并入专项整治")
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    assert (True, []) == (tend(driver).over, open_waits(driver))


def test_what_lay_before_adoption_is_nobodys_omission(at: At) -> None:
    """A row of January and February that is adopted in April: over, and not omitted."""
    driver = at("imported")
    second = "test-2026-b"
    paper = SetPlanField(
        document=second, seq="1", field="window", value={"from_month": 1, "to_month": 2}, reason="x"
    )
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    driver.act(OFFICE_DESK, Role.OFFICE, AdoptPlan(document=second), target=OFFICE_TARGET)
    step = TaskStep(task=f"{second}/1", now=driver.now)
    progress = RowActivities(driver.database).tend_row(step)
    assert (True, 1, 0) == (progress.over, progress.before, progress.omitted)


def test_a_row_that_is_drawn_and_checked_above_is_only_watched(at: At) -> None:
    """Nobody owes a launch, the initiator hears that its time has come, and it ends with its window."""
    driver = at("adopted")
    adjust(driver, mode={"draw": "city", "check": "city"})
    during = tend(driver, 4, 2)
    assert (RowState.WATCHED.label, ()) == (during.state, during.waits)
    assert [(LEAD, Role.HANDLER)] == told(driver, "window")
    assert (True, RowState.WATCHED_OVER.label) == (tend(driver, 11, 1).over, tend(driver, 11, 1).state)


def test_in_a_citys_office_the_same_row_is_launched(at: At) -> None:
    """市抽市查 is a city's own work: its window opens as a wait."""
    driver = at("adopted")
    with driver.database.write() as session:
        session.get_one(Office, OFFICE).level = "city"
    adjust(driver, mode={"draw": "city", "check": "city"})
    assert RowState.OPEN.label == tend(driver, 4, 2).state


def test_an_adjusted_window_moves_the_wait(at: At) -> None:
    """The former wait is closed, the new one is due on the new last day."""
    driver = at("adopted")
    tend(driver)
    adjust(driver, window={"from_month": 3, "to_month": 6})
    tend(driver)
    assert [f"{WORKFLOW}/1/2026-06-30/{LEAD}"] == [wait.key for wait in open_waits(driver)]


def test_tending_again_changes_nothing(at: At) -> None:
    """At least once is once."""
    driver = at("adopted")
    first = tend(driver, 4, 2)
    assert first == tend(driver, 4, 2)
    assert 1 == len(open_waits(driver))


@pytest.mark.parametrize(("days", "expected"), [(0, [WORKFLOW]), (400, [])])
def test_every_watch_can_be_started_afresh_from_the_database(at: At, days: int, expected: list[str]) -> None:
    """Those whose year is not over."""
    driver = at("adopted")
    if days:
        tend(driver, 1, 1, 2027)
    now = driver.now + timedelta(days=0)
    cases = driver.read(lambda session: open_cases(session, now))
    assert expected == [case for case in cases if case.startswith("plan-row/")]
