"""The watch over a plan row: a year in a second on the time-skipping server, and told of launches by signal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from activities.rebuild import open_cases, rebuild
from adapters.database import Database
from adapters.skipped_time import Clock
from models.messages import RowProgress
from models.plan import RoundOmission
from models.trail import Notification
from rules.calendar import TZ, local_day
from rules.ladder import Level
from rules.plan_rounds import RowState
from rules.roles import Role
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, add_world
from tests.engine.conftest import own_queue
from tests.engine.house import House

WORKFLOW = f"plan-row/{DOCUMENT}/1"


@pytest.fixture
async def year(
    skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path
) -> AsyncIterator[tuple[House, Clock, int]]:
    """January of a year whose plan has one row, March to October; its watch runs."""
    clock = Clock(skipping, await skipping.get_current_time())
    number = clock.now.astimezone(TZ).year + 1
    await clock.skip_to(datetime(number, 1, 15, 10, tzinfo=TZ))
    with sqlite.write() as session:
        add_world(session, today=local_day(clock.now))
    house = House(sqlite, skipping.client, tmp_path / "exchange", own_queue())
    async with house.working():
        await rebuild(skipping.client, sqlite, [WORKFLOW], clock.now, task_queue=house.task_queue)
        yield house, clock, number


async def test_a_row_that_nobody_launches_is_escalated_and_ends_as_a_recorded_omission(
    year: tuple[House, Clock, int],
) -> None:
    """Ahead in February, open in March, the office told in November, on record on New Year's Day."""
    house, clock, number = year
    row: WorkflowHandle[object, RowProgress] = house.client.get_workflow_handle(
        WORKFLOW, result_type=RowProgress
    )
    states = []
    for month in (2, 3, 11):
        await clock.skip_to(datetime(number, month, 20, 12, tzinfo=TZ))
        progress = await row.query("progress", result_type=RowProgress)
        states.append((progress.state, progress.level))
    assert [
        (RowState.AHEAD.label, 0),
        (RowState.OPEN.label, 0),
        (RowState.OVERDUE.label, Level.OFFICE),
    ] == states
    await clock.skip_to(datetime(number + 1, 1, 2, tzinfo=TZ))
    ended = await row.result()
    assert (True, RowState.OMITTED.label, 1) == (ended.over, ended.state, ended.omitted)
    with house.database.read() as session:
        assert ["1"] == [one.seq for one in session.exec(select(RoundOmission)).all()]
        told = {(one.department, one.role) for one in session.exec(select(Notification)).all()}
    assert {(LEAD, Role.HANDLER), (LEAD, Role.HEAD), (OFFICE_DESK, Role.OFFICE)} <= told


async def test_a_launch_tells_the_watch_and_fulfils_the_row(house: House) -> None:
    """The task was started directly; the watch hears of it by signal and ends."""
    async with house.working():
        with house.database.read() as session:
            assert WORKFLOW in open_cases(session, datetime.now(UTC))
        now = datetime.now(UTC)
        await rebuild(house.client, house.database, [WORKFLOW], now, task_queue=house.task_queue)
        assert WorkflowExecutionStatus.RUNNING is await house.status(WORKFLOW)
        await house.play.run("launch")
        handle: WorkflowHandle[object, RowProgress] = house.client.get_workflow_handle(
            WORKFLOW, result_type=RowProgress
        )
        ended = await handle.result()
        described = await house.task.describe()
    assert (RowState.FULFILLED.label, 1) == (ended.state, ended.launched)
    assert described.parent_id is None
