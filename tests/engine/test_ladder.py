"""An unanswered claim climbs the ladder in time: whole weeks in a second, on the time-skipping server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment

from activities.desk.digests import AFTER_RUNGS
from adapters.database import Database
from adapters.skipped_time import Clock
from models.messages import Progress
from models.papers import AcceptClaim
from models.trail import Deadline, Notification, RungFire, Wait
from rules.calendar import TZ
from rules.ladder import Level
from rules.roles import Role
from rules.waits import WaitKind
from tests.builders import ALL_YEAR, OFFICE_DESK, SECOND, THIRD, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import House
from workflows.paper_desk import SPREAD_SECONDS

QUIET_YEAR = datetime(2031, 3, 3, tzinfo=TZ)
"""A year without published holidays: every Monday to Friday is a working day."""


@dataclass
class Week:
    """A service whose clock stands at ten o'clock on a Monday."""

    house: House
    clock: Clock
    monday: date

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """So many days after that Monday, in Beijing."""
        day = self.monday + timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TZ)


@pytest.fixture
async def week(skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> AsyncIterator[Week]:
    """The small office on a Monday, its task offered to both partners."""
    clock = Clock(skipping, await skipping.get_current_time())
    await clock.skip_to(QUIET_YEAR)
    today = clock.now.astimezone(TZ).date()
    monday = today + timedelta(days=7 - today.weekday())
    house = House(sqlite, skipping.client, tmp_path / "exchange", own_queue())
    house.cast.clock = lambda: clock.now
    made = Week(house, clock, monday)
    await clock.skip_to(made.at(0, 10))
    with sqlite.write() as session:
        add_world(session, today=monday, months=ALL_YEAR)
    async with house.working():
        await house.play.run("launch", "prepare")
        for department in (SECOND, THIRD):
            await house.play.until_offered(department)
        yield made


async def test_an_unanswered_claim_climbs_rung_by_rung_each_once_at_its_moment(week: Week) -> None:
    """Two working days to claim: reminded on Tuesday, due on Wednesday, then head, office, and again."""
    await week.house.cast.act(THIRD, Role.HANDLER, AcceptClaim())
    await week.clock.skip_to(week.at(10, 12))
    expected = [
        ("minus1", 0, week.at(1, 8, 30)),
        ("due", 0, week.at(2, 8, 30)),
        ("plus1", 0, week.at(3, 8, 30)),
        ("plus3", 0, week.at(7, 8, 30)),
        ("plus3", 1, week.at(10, 8, 30)),
    ]
    fired = week.house.cast.read(lambda session: _fired(session, SECOND))
    assert [one[:2] for one in expected] == [(row.rung, row.repetition) for row in fired]
    late = [row.fired_at - moment for row, (_, _, moment) in zip(fired, expected, strict=True)]
    assert timedelta(0) <= min(late)
    assert timedelta(seconds=SPREAD_SECONDS + 5) >= max(late)
    assert not any(row.merged for row in fired)
    assert [] == week.house.cast.read(lambda session: _fired(session, THIRD))
    progress = await week.house.task.query("progress", result_type=Progress)
    assert Level.OFFICE == progress.level


async def test_each_rung_tells_the_right_people_once(week: Week) -> None:
    """The person, then the unit's head, then the coordinating office; what is urgent at once."""
    await week.clock.skip_to(week.at(10, 12))
    told = week.house.cast.read(lambda session: _told(session, SECOND))
    assert [
        ("minus1", SECOND, Role.HANDLER),
        ("due", SECOND, Role.HANDLER),
        ("due", SECOND, Role.HEAD),
        ("plus1", SECOND, Role.HEAD),
        ("plus3", OFFICE_DESK, Role.OFFICE),
        ("plus3", OFFICE_DESK, Role.OFFICE),
    ] == [(notice.key.split("/")[-3], notice.department, notice.role) for notice in told]
    waited = [notice.delivered_at - notice.created_at if notice.delivered_at else None for notice in told]
    # What is not urgent goes out with the digest, which waits for the rungs of its own hour.
    assert all(one is not None and one <= AFTER_RUNGS + timedelta(seconds=5) for one in waited), waited


async def test_a_claim_that_is_answered_is_never_heard_of_again(week: Week) -> None:
    """After the answer nothing fires for weeks, though rungs lay ahead."""
    await week.clock.skip_to(week.at(2, 12))
    before = week.house.cast.read(lambda session: _fired(session, SECOND))
    await week.house.cast.act(SECOND, Role.HANDLER, AcceptClaim())
    await week.clock.skip_to(week.at(30, 12))
    assert ["minus1", "due"] == [row.rung for row in before]
    assert before == week.house.cast.read(lambda session: _fired(session, SECOND))
    still = week.house.cast.read(lambda session: _fired(session, THIRD))
    assert len(still) > 6, "the other partner's clock ran on"


def _fired(session: Session, department: str) -> list[RungFire]:
    """The rungs of a department's claim in order."""
    return list(
        session.exec(
            select(RungFire)
            .join(Deadline, col(Deadline.id) == col(RungFire.deadline))
            .join(Wait, col(Wait.id) == col(Deadline.wait))
            .where(col(Wait.department) == department, col(Wait.kind) == WaitKind.CLAIM)
            .order_by(col(RungFire.fired_at))
        )
    )


def _told(session: Session, department: str) -> list[Notification]:
    """The notices of a department's claim in order."""
    wait = session.exec(
        select(Wait).where(col(Wait.department) == department, col(Wait.kind) == WaitKind.CLAIM)
    ).one()
    return list(
        session.exec(
            select(Notification)
            .where(col(Notification.key).startswith(f"{wait.key}/"))
            .order_by(col(Notification.created_at), col(Notification.role))
        )
    )
