"""Skipping time: what holds the server's clock, and that nothing of it is left behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.skipped_time import STRIDE, Clock, end_at_rest, is_running

QUEUE = "skipping"


@activity.defn
async def take_a_second() -> None:
    """Something that is in hand for a while."""
    await asyncio.sleep(1)


@workflow.defn
class Busy:
    """Has an activity in hand, then sleeps for years."""

    @workflow.run
    async def run(self) -> None:
        """One errand and a long rest."""
        await workflow.execute_activity(take_a_second, start_to_close_timeout=timedelta(seconds=30))
        await workflow.sleep(timedelta(days=3650))


@pytest.fixture
async def clock(skipping: WorkflowEnvironment) -> AsyncIterator[Clock]:
    """A server with a worker."""
    async with Worker(
        skipping.client,
        task_queue=QUEUE,
        workflows=[Busy],
        activities=[take_a_second],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield Clock(skipping, await skipping.get_current_time())


async def test_a_workflow_that_was_ended_does_not_hold_the_clock(clock: Clock) -> None:
    """Ended as it is, with an activity in hand, it would hold the clock for ever."""
    client = clock.environment.client
    busy = await client.start_workflow(Busy.run, id="busy", task_queue=QUEUE)
    resting = await client.start_workflow(Busy.run, id="resting", task_queue=QUEUE)
    await end_at_rest(client, "busy")
    kinds = [event.event_type for event in (await busy.fetch_history()).events]
    assert 1 == kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED), (
        "the activity was let come to its end"
    )
    before = clock.now
    async with asyncio.timeout(20):
        await clock.skip_to(before + 3 * STRIDE)
    assert timedelta(seconds=20) > clock.now - before - 3 * STRIDE
    await end_at_rest(client, resting.id)


async def test_what_is_over_or_never_was_is_left_alone(clock: Clock) -> None:
    """Ending twice is ending once."""
    client = clock.environment.client
    await end_at_rest(client, "nobody")
    await client.start_workflow(Busy.run, id="busy", task_queue=QUEUE)
    for _ in range(2):
        await end_at_rest(client, "busy")
    async with asyncio.timeout(20):
        await clock.skip_to(clock.now + STRIDE)


async def test_a_workflow_runs_until_it_has_ended(clock: Clock) -> None:
    """One that never was is nobody's, and no answer."""
    client = clock.environment.client
    await client.start_workflow(Busy.run, id="running", task_queue=QUEUE)
    assert await is_running(client, "running")
    await end_at_rest(client, "running")
    assert not await is_running(client, "running")
    with pytest.raises(ValueError, match="nobody"):
        await is_running(client, "nobody")
