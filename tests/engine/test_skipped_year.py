"""New Year with a calendar that nobody has published and that then arrives, and a mail server down for a day."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment

from adapters.channels import Mail
from adapters.database import Database
from adapters.skipped_time import Clock
from models.delivery import Delivery, Digest
from models.messages import Progress
from models.organisation import Person
from models.trail import Deadline, Notification, RungFire, Wait
from rules.calendar import TZ
from rules.ladder import Level
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.calendars import a_calendar
from tests.adapters.mail_server import Inbox
from tests.builders import ALL_YEAR, OFFICE, OFFICE_DESK, SECOND, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import House
from workflows.paper_desk import SPREAD_SECONDS


@dataclass
class NewYear:
    """A service at noon of the last Wednesday but one of a December; both years are unpublished."""

    house: House
    clock: Clock
    inbox: Inbox
    day: date

    def at(self, text: str) -> datetime:
        """A moment in Beijing: `12-29 08:30` of this year, `+01-04 08:30` of the next."""
        year = self.day.year + text.startswith("+")
        return datetime.fromisoformat(f"{year}-{text.lstrip('+')}").replace(tzinfo=TZ)

    def wait(self, session: Session) -> Wait:
        """The second department's claim."""
        return session.exec(
            select(Wait).where(col(Wait.department) == SECOND, col(Wait.kind) == WaitKind.CLAIM)
        ).one()

    def fired(self, session: Session) -> list[tuple[str, date]]:
        """Its rungs in order: name and day; each must have come in the minutes after 08:30."""
        rows = session.exec(
            select(RungFire)
            .join(Deadline, col(Deadline.id) == col(RungFire.deadline))
            .where(col(Deadline.wait) == self.wait(session).id, col(RungFire.merged).is_(False))
            .order_by(col(RungFire.fired_at))
        ).all()
        for row in rows:
            local = row.fired_at.astimezone(TZ)
            late = local - local.replace(hour=8, minute=30, second=0, microsecond=0)
            assert timedelta(0) <= late <= timedelta(seconds=SPREAD_SECONDS + 5), local
        return [(row.rung, row.fired_at.astimezone(TZ).date()) for row in rows]


@pytest.fixture
async def new_year(skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> AsyncIterator[NewYear]:
    """The task is offered three working days before the year's end."""
    clock = Clock(skipping, await skipping.get_current_time())
    year = clock.now.astimezone(TZ).year + 1
    # A year whose New Year's Day is a Thursday or Friday: then the holiday is in the way of the claim.
    while date(year + 1, 1, 1).weekday() not in (3, 4):
        year += 1
    day = _working_days_before(date(year + 1, 1, 1), 1)
    await clock.skip_to(datetime(day.year, day.month, day.day, 12, tzinfo=TZ))
    inbox = Inbox()
    house = House(
        sqlite,
        skipping.client,
        tmp_path / "exchange",
        own_queue(),
        channels=[Mail(inbox.url, "notice@example.invalid")],
    )
    house.cast.clock = lambda: clock.now
    with sqlite.write() as session:
        add_world(session, today=day, months=ALL_YEAR)
        for person in session.exec(select(Person)):
            person.email = f"{person.id}@example.invalid"
    async with house.working():
        await house.play.run("launch", "prepare")
        await house.play.until_offered(SECOND)
        yield NewYear(house, clock, inbox, day)


@pytest.mark.slow
async def test_a_calendar_that_arrives_moves_clock_rungs_and_timer(new_year: NewYear) -> None:
    """Two plain weekdays become two working days after the holiday; each rung once, at its new moment."""
    house, cast = new_year.house, new_year.house.cast
    first = cast.read(lambda session: _clock(session, new_year.wait(session)))
    assert first.provisional
    published = a_calendar(new_year.day.year + 1)
    await cast.act(OFFICE_DESK, Role.OFFICE, published, target=f"office/{OFFICE}")
    moved = cast.read(lambda session: _clock(session, new_year.wait(session)))
    # The published year is known; the year that the clock began in never was.
    assert moved.due_day > first.due_day
    with new_year.inbox.up():
        await new_year.clock.skip_to(new_year.at("+01-22 12:00"))
    off = {line.day for line in published.days if line.kind.value == "holiday"}
    days = _plain_days_from(new_year.day, off)
    due = days.index(moved.due_day)
    assert [
        ("minus1", days[due - 1]),
        ("due", days[due]),
        ("plus1", days[due + 1]),
        ("plus3", days[due + 3]),
        ("plus3", days[due + 6]),
        ("plus3", days[due + 9]),
    ] == cast.read(new_year.fired)[:6]
    progress = await house.task.query("progress", result_type=Progress)
    assert Level.OFFICE == progress.level
    told = cast.read(
        lambda session: session.exec(select(Notification).where(col(Notification.event) == "deadline")).all()
    )
    assert {f"由{first.due_day}变为{moved.due_day}" in one.text for one in told} == {True}
    assert all(one.delivered_at is not None for one in told)


async def test_mail_that_was_down_for_a_day_arrives_once(new_year: NewYear) -> None:
    """Nothing lost, nothing doubled: counted in the database and, by Message-ID, at the receiver."""
    cast = new_year.house.cast
    await new_year.clock.skip_to(new_year.clock.now + timedelta(days=1))
    waiting = cast.read(lambda session: session.exec(select(Delivery)).all())
    assert {"ConnectionRefusedError"} == {one.error for one in waiting}
    assert len(waiting) > 2
    with new_year.inbox.up():
        await new_year.clock.skip_to(new_year.at("+01-22 12:00"))
        await cast.until("all mail", _nothing_waits)
    sent = cast.read(lambda session: session.exec(select(Delivery.id)).all())
    assert sorted(f"<{one}@example.invalid>" for one in sent) == sorted(new_year.inbox.ids)
    digests = cast.read(lambda session: session.exec(select(Digest)).all())
    notices = [notice for digest in digests for notice in digest.notices]
    told = cast.read(
        lambda session: session.exec(
            select(Notification.id).where(col(Notification.delivered_at).is_not(None))
        ).all()
    )
    assert set(told) == set(notices)


def _clock(session: Session, wait: Wait) -> Deadline:
    return session.exec(
        select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
    ).one()


def _nothing_waits(session: Session) -> bool:
    return session.exec(select(Delivery).where(col(Delivery.delivered_at).is_(None))).first() is None


def _working_days_before(day: date, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _plain_days_from(first: date, off: set[date]) -> list[date]:
    """Mondays to Fridays that are not off; the synthetic make-up days lie after January."""
    days = [first + timedelta(days=i) for i in range(31)]
    return [day for day in days if day.weekday() < 5 and day not in off]
