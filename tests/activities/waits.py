"""Looking at waits and their clocks, and letting time go by without an engine."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from activities.steps.case import CaseActivities
from activities.steps.desk import DeskActivities
from models.messages import CaseStep, TaskStep
from models.papers import RecordVisits, VisitLine
from models.trail import Deadline, Notification, RungFire, Wait
from rules.calendar import TZ
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind
from tests.activities.driver import Driver
from tests.builders import SECOND


def beijing(text: str) -> datetime:
    """A moment in Beijing, written like 2026-05-06 08:30."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def wait_of(driver: Driver, kind: WaitKind, department: str = SECOND) -> Wait:
    """The newest wait of a kind that a department has or had."""
    statement = select(Wait).where(col(Wait.kind) == kind, col(Wait.department) == department)
    rows = driver.read(lambda session: session.exec(statement.order_by(col(Wait.opened_at))).all())
    return rows[-1]


def clock_of(driver: Driver, wait: Wait) -> Deadline:
    """The living deadline of a wait."""
    statement = select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
    return driver.read(lambda session: session.exec(statement).one())


def all_clocks(driver: Driver, wait: Wait) -> Sequence[Deadline]:
    """All deadlines of a wait as they were made."""
    statement = select(Deadline).where(col(Deadline.wait) == wait.id).order_by(col(Deadline.made_at))
    return driver.read(lambda session: session.exec(statement).all())


def due(driver: Driver, wait: Wait) -> date:
    """Its last day."""
    return clock_of(driver, wait).due_day


def fired(driver: Driver, wait: Wait) -> list[tuple[str, str]]:
    """What was sent about a wait: the rung and its moment in Beijing, without what was merged."""
    statement = (
        select(RungFire)
        .join(Deadline, col(Deadline.id) == col(RungFire.deadline))
        .where(col(Deadline.wait) == wait.id, col(RungFire.merged).is_(False))
        .order_by(col(RungFire.fired_at))
    )
    rows = driver.read(lambda session: session.exec(statement).all())
    return [(row.rung, f"{row.fired_at.astimezone(TZ):%Y-%m-%d %H:%M}") for row in rows]


def notices(driver: Driver, *events: str) -> Sequence[Notification]:
    """The notices of these events in the order of writing."""
    statement = select(Notification).where(col(Notification.event).in_(events))
    return driver.read(lambda session: session.exec(statement.order_by(col(Notification.created_at))).all())


def fire(driver: Driver, scope: str, now: datetime) -> None:
    """Let the timer of whoever holds a scope go off."""
    driver.now = now
    kind, _, rest = scope.partition("/")
    if kind == "joint-task":
        driver.steps.fire_task_rungs(TaskStep(task=rest, now=now))
    elif kind == "department":
        step = TaskStep(task=scope, now=now, department=rest.rsplit("/", 1)[0])
        DeskActivities(driver.database).tend_desk(step)
    else:
        CaseActivities(driver.database).fire_case_rungs(CaseStep(target=scope, now=now))


def let_pass(driver: Driver, wait: Wait, until: datetime) -> list[datetime]:
    """Sleep from rung to rung of one wait's clock, as its workflow does, until a moment."""
    woken: list[datetime] = []
    while True:
        moment = clock_of(driver, wait).next_rung
        if moment is None or moment > until:
            driver.now = until
            return woken
        assert moment > driver.now or not woken, "a timer that goes off and changes nothing never ends"
        woken.append(moment)
        fire(driver, wait.scope, max(moment, driver.now + timedelta(seconds=1)))


def at_hour(day: date, hour: int = 9) -> datetime:
    """A moment of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=TZ)


def waits(driver: Driver, kind: WaitKind, department: str = SECOND) -> Sequence[Wait]:
    """A department's waits of a kind, in the order of opening."""
    statement = select(Wait).where(col(Wait.kind) == kind, col(Wait.department) == department)
    return driver.read(
        lambda session: session.exec(statement.order_by(col(Wait.opened_at), col(Wait.key))).all()
    )


def deadlines(driver: Driver, wait: Wait) -> Sequence[Deadline]:
    """All deadlines of a wait, the living one last."""
    statement = select(Deadline).where(col(Deadline.wait) == wait.id).order_by(col(Deadline.current))
    return driver.read(lambda session: session.exec(statement).all())


def record(driver: Driver, day: date, count: int) -> None:
    """Complete so many of the second department's visits on a day."""
    driver.now = at_hour(day)
    visits = driver.visits(SECOND, VisitStage.MATCHED)[:count]
    officers = driver.officers(SECOND)[:2]
    lines = tuple(VisitLine(visit=one.id, completed_on=day, officers=officers) for one in visits)
    driver.act(SECOND, Role.OFFICER, RecordVisits(lines=lines))
