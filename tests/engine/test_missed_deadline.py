"""The workflow's own timer notices a missed commitment: nobody has to look."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.skipped_time import Clock, terminate_started
from models.papers import CommitSecret
from models.task import ActStep, DrawStep
from rules.calendar import local_day
from rules.draw import commitment
from rules.roles import Role
from tests.builders import ALL_YEAR, LEAD, SECOND, THIRD, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, House
from tests.play import secret


async def test_a_timer_of_the_task_leaves_out_who_did_not_commit(
    skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path
) -> None:
    """Two of three have committed; days later the third is on record as left out, by no paper at all."""
    # The server's clock is shared and only goes forward: the day is whatever day it shows by now.
    clock = Clock(skipping, await skipping.get_current_time())
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
        await terminate_started(house.client, house.database)
    assert (THIRD, "commit") == (missed.department, missed.content["of"])
