"""The workflow's own timer notices a missed commitment: nobody has to look."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select
from temporalio.testing import WorkflowEnvironment

from adapters.database import Database
from adapters.skipped_time import Clock
from models.papers import CommitSecret
from models.task import ActStep, DrawStep
from rules.calendar import TZ, local_day
from rules.draw_commitments import commitment
from rules.roles import Role
from tests.builders import ALL_YEAR, LEAD, SECOND, THIRD, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, House
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
