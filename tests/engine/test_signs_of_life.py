"""An activity gives signs of life, so that what a killed worker had in hand is soon taken up by another."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.interceptors import SignsOfLife
from tests.engine.conftest import own_queue
from tests.engine.histories import histories_of
from tests.engine.house import House
from workflows.steps import ALIVE


@activity.defn
def work_long() -> int:
    """Works in a thread far longer than it may be silent; attempts are counted from one."""
    time.sleep(3)
    return activity.info().attempt


@workflow.defn
class Long:
    """One activity that may be silent for a second."""

    @workflow.run
    async def run(self) -> int:
        """The attempt that succeeded."""
        return await workflow.execute_activity(
            work_long,
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(seconds=1),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


async def test_an_activity_at_work_is_not_taken_for_dead(embedded: WorkflowEnvironment) -> None:
    """It beats by itself, whatever it does in its thread."""
    queue = own_queue()
    with ThreadPoolExecutor(2) as threads:
        worker = Worker(
            embedded.client,
            task_queue=queue,
            workflows=[Long],
            activities=[work_long],
            activity_executor=threads,
            interceptors=[SignsOfLife()],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            assert 1 == await embedded.client.execute_workflow(Long.run, id=queue, task_queue=queue)


async def test_every_step_of_a_task_has_to_give_signs_of_life(house: House) -> None:
    """Else a worker killed in a long step would hold its task up until the step's last patience ends."""
    async with house.working():
        await house.play.run()
        await house.task.result()
        steps = [
            event.activity_task_scheduled_event_attributes
            async for history in histories_of(house)
            for event in history.events
            if event.HasField("activity_task_scheduled_event_attributes")
        ]
    kinds = {step.activity_type.name for step in steps}
    assert {"fix_draw", "execute_draw", "match_officers", "exchange"} <= kinds
    assert {ALIVE} == {step.heartbeat_timeout.ToTimedelta() for step in steps}
