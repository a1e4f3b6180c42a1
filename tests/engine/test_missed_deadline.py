"""The workflow's own timer notices a missed commitment: nobody has to look."""

from datetime import datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.skipped_time import Clock
from models.papers import CommitSecret
from models.task import ActStep, DrawStep
from models.trail import Deadline, RungFire, Wait
from rules.calendar import TZ, local_day
from rules.draw_commitments import commitment
from rules.ladder import Level
from rules.roles import Role
from rules.waits import WaitKind
from tests.builders import ALL_YEAR, LEAD, SECOND, THIRD, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, House
from tests.engine.ladder_oracle import Days
from tests.engine.slow_year import NOTICED
from tests.play import secret


async def test_a_timer_of_the_task_leaves_out_who_did_not_commit(
    skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path
) -> None:
    """Two of three have committed; days later the third is on record as left out, by no paper at all."""
    clock = Clock(skipping, await skipping.get_current_time())
    await clock.skip_to(datetime(clock.now.year + 1, 3, 3, 10, tzinfo=TZ))
    with sqlite.write() as session:
        add_world(session, today=local_day(clock.now), months=ALL_YEAR)
    house = House(sqlite, skipping.client, tmp_path / "exchange", own_queue())
    house.cast.clock = lambda: clock.now
    async with house.working():
        await house.play.run("launch", "prepare", "claim")
        for department in (LEAD, SECOND):
            paper = CommitSecret(commitment=commitment(secret(department)))
            await house.cast.act(department, Role.HANDLER, paper)
        await clock.skip_to(clock.now + timedelta(days=12))
        missed = await house.cast.until(
            "the missed commitment",
            lambda session: session.exec(
                select(DrawStep).where(col(DrawStep.task) == TASK, col(DrawStep.step) == ActStep.MISSED)
            ).first(),
        )
        assert (THIRD, "commit") == (missed.department, missed.content["of"])


async def test_the_last_who_could_commit_is_called_for_to_the_last_rung_and_then_no_more(
    skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path
) -> None:
    """A period in hours: two hours before, at its end, and every working morning, over a weekend; the answer ends it."""
    clock = Clock(skipping, await skipping.get_current_time())
    await clock.skip_to(datetime(clock.now.year + 1, 3, 3, 10, tzinfo=TZ))
    wednesday = local_day(clock.now) + timedelta(days=(2 - local_day(clock.now).weekday()) % 7)
    await clock.skip_to(datetime.combine(wednesday, time(11), TZ))
    with sqlite.write() as session:
        add_world(session, today=local_day(clock.now), months=ALL_YEAR)
    house = House(sqlite, skipping.client, tmp_path / "exchange", own_queue())
    house.cast.clock = lambda: clock.now
    async with house.working():
        await house.play.run("launch", "prepare", "claim")
        await clock.skip_to(clock.now + timedelta(days=9))
        wait, due = house.cast.read(_called)
        days = Days(frozenset(), frozenset())
        expected = [("minus2h", 0, days.minus_two_hours(due)), ("due", 0, due)]
        morning = datetime.combine(days.after(local_day(due), 1), time(8, 30), TZ)
        while morning <= clock.now:
            expected.append(("plus1", len(expected) - 2, morning))
            morning = datetime.combine(days.after(local_day(morning), 1), time(8, 30), TZ)
        assert len(expected) > 5
        rows = house.cast.read(lambda session: _fired(session, wait.id))
        assert [one[:2] for one in expected] == [(row.rung, row.repetition) for row in rows]
        late = [row.fired_at - moment for row, (*_, moment) in zip(rows, expected, strict=True)]
        assert all(timedelta(0) <= one <= NOTICED for one in late), late
        assert Level.OFFICE == wait.level
        paper = CommitSecret(commitment=commitment(secret(wait.department)))
        await house.cast.act(wait.department, wait.role, paper)
        await clock.skip_to(clock.now + timedelta(days=9))
        assert rows == house.cast.read(lambda session: _fired(session, wait.id))


def _called(session: Session) -> tuple[Wait, datetime]:
    """The one commitment of a department that is still waited for, and its end."""
    open_ = (col(Wait.kind) == WaitKind.COMMIT, col(Wait.closed_at).is_(None), col(Wait.role) == Role.HANDLER)
    wait = session.exec(select(Wait).where(*open_)).one()
    clock = (col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
    return wait, session.exec(select(Deadline).where(*clock)).one().due


def _fired(session: Session, wait: str) -> list[RungFire]:
    return list(
        session.exec(
            select(RungFire)
            .join(Deadline, col(Deadline.id) == col(RungFire.deadline))
            .where(col(Deadline.wait) == wait)
            .order_by(col(RungFire.fired_at))
        )
    )
