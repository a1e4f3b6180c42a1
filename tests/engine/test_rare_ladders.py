"""Waits that the whole play never opens, each left to its last rung and answered, all in one skipped autumn."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment

from activities.clocks.waits import Clocks
from activities.desk.notices import desk_id
from activities.outbox import OutboxActivities
from activities.waking import wake
from adapters.database import Database
from adapters.skipped_time import Clock
from models.messages import Wake
from models.papers import LoadCalendar
from models.task import JointTask
from models.trail import Deadline, RungFire, Wait
from rules.calendar import TZ, local_day
from rules.ladder import Level
from rules.roles import Role
from rules.wait_rules import WAITS
from rules.waits import WaitKind
from tests.activities.calendars import a_calendar
from tests.builders import ALL_YEAR, LEAD, OFFICE, OFFICE_DESK, SECOND, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.ladder_oracle import Days, expected
from tests.engine.slow_year import NOTICED, WHOLE

HOURS = frozenset({WaitKind.COMMIT, WaitKind.REVEAL})
"""Contributions that end by themselves at their hour."""
ON_DESKS = frozenset({WaitKind.SETTLE_ROWS, WaitKind.REFERRAL})
"""Held by a department's desk; the others by the task."""
RARE = sorted(set(WaitKind) - WHOLE - HOURS)


@dataclass
class Autumn:
    """A task and a desk that hold one wait of each rare kind, opened as the rulings do."""

    house: House
    clock: Clock
    notice: LoadCalendar
    waits: dict[WaitKind, str] = field(default_factory=dict)

    async def open_all(self) -> None:
        """One of each, on one morning."""
        with self.house.database.write() as session:
            clocks = Clocks(session, OFFICE, self.clock.now)
            for kind in RARE:
                due = self.day(30) if WAITS[kind].period is None else None
                held = desk_id(LEAD, clocks.today.year) if kind in ON_DESKS else TASK_WORKFLOW
                owner = LEAD if kind in ON_DESKS else SECOND
                wait = clocks.open(
                    kind, key=f"rare/{kind}", scope=held, department=owner, opened_by="x", due=due
                )
                self.waits[kind] = wait.id
        await self.tell()

    async def settle_all(self) -> None:
        """Each is answered."""
        with self.house.database.write() as session:
            clocks = Clocks(session, OFFICE, self.clock.now)
            for wait in session.exec(select(Wait).where(col(Wait.key).startswith("rare/"))).all():
                clocks.settle(wait, by="y")
            session.get_one(JointTask, TASK).version += 1
        await self.tell()

    async def tell(self) -> None:
        """Wake who holds them."""
        await self.house.task.signal("wake", Wake(kind="rare"))
        with self.house.database.write() as session:
            desk = desk_id(LEAD, self.clock.now.year)
            wake(session, desk, "rare", source=LEAD, now=self.clock.now, start="DepartmentWorkflow")
        courier = OutboxActivities(self.house.database, self.house.client, self.house.task_queue)
        await courier.deliver(LEAD, self.clock.now)

    def day(self, ahead: int) -> date:
        """So many days from today."""
        return local_day(self.clock.now) + timedelta(days=ahead)


@pytest.fixture
async def autumn(skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> AsyncIterator[Autumn]:
    """Ten days before National Day, whose week off is paid for by a Sunday."""
    clock = Clock(skipping, await skipping.get_current_time())
    year = clock.now.astimezone(TZ).year + 1
    await clock.skip_to(datetime(year, 9, 20, 10, tzinfo=TZ))
    house = House(sqlite, skipping.client, tmp_path / "exchange", own_queue())
    house.cast.clock = lambda: clock.now
    with sqlite.write() as session:
        add_world(session, today=local_day(clock.now), months=ALL_YEAR)
    made = Autumn(house, clock, a_calendar(year))
    async with house.working():
        await house.cast.act(OFFICE_DESK, Role.OFFICE, made.notice, target=f"office/{OFFICE}")
        await house.play.run("launch")
        yield made


async def test_every_rare_wait_climbs_to_its_last_rung_and_falls_silent_when_answered(autumn: Autumn) -> None:
    """Each rung once, at its moment in Beijing, across National Day and 调休; after the answer none."""
    await autumn.open_all()
    end = autumn.day(61)
    await autumn.clock.skip_to(datetime(end.year, end.month, end.day, 12, tzinfo=TZ))
    levels = autumn.house.cast.read(lambda session: [one.level for one in _rare(session)])
    assert [Level.OFFICE] * len(RARE) == levels
    await autumn.settle_all()
    await autumn.clock.skip_to(autumn.clock.now + timedelta(days=21))
    autumn.house.cast.read(lambda session: _reconcile(session, autumn))


def test_no_kind_of_wait_is_left_out_of_the_engines_plays() -> None:
    """Whoever adds a kind finds it here."""
    assert set(WaitKind) == WHOLE | HOURS | set(RARE)
    assert not HOURS & WHOLE


def _rare(session: Session) -> list[Wait]:
    return list(session.exec(select(Wait).where(col(Wait.key).startswith("rare/"))))


def _reconcile(session: Session, autumn: Autumn) -> None:
    days = Days.of([autumn.notice])
    never = datetime(9999, 1, 1, tzinfo=TZ)
    for wait in _rare(session):
        (clock,) = session.exec(select(Deadline).where(col(Deadline.wait) == wait.id)).all()
        fired = session.exec(
            select(RungFire).where(col(RungFire.deadline) == clock.id).order_by(col(RungFire.fired_at))
        ).all()
        rungs = expected(wait, [clock], days, days, never, autumn.clock.now)
        assert [one[:2] for one in rungs] == [(row.rung, row.repetition) for row in fired], wait.kind
        assert ("plus3", 1) in {one[:2] for one in rungs}, wait.kind
        late = [row.fired_at - moment for row, (_, _, moment) in zip(fired, rungs, strict=True)]
        assert all(timedelta(0) <= one <= NOTICED for one in late), (wait.kind, late)
        assert not any(row.merged for row in fired), wait.kind
