"""A message that came just as a run was ending is neither a fault nor an answer: it is tried again."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.outbox import start_argument
from models.messages import AnswerSlip, Slip
from models.papers import SignCorrection
from models.trail import Submission
from rules.roles import Role
from tests.builders import LEAD, actor
from tests.engine.house import TASK_WORKFLOW, House

PATIENCE = 5.0
AT_WORK, GO_ON = threading.Event(), threading.Event()
CORRECTION = "correction/1/1"
TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED


class Closing:
    """Ends with the first message; the engine refuses that end where something else came meanwhile."""

    over = False

    async def _until_over(self) -> None:
        await workflow.wait_condition(lambda: self.over)

    def _close(self, slip: Slip) -> AnswerSlip:
        self.over = True
        AT_WORK.set()
        GO_ON.wait(1.5)
        return AnswerSlip(submission=slip.submission, outcome="accepted", type="Accepted")


@workflow.defn(name="CorrectionWorkflow", sandboxed=False)
class ClosingCorrection(Closing):
    """In a correction's place."""

    @workflow.run
    async def run(self, _start: Any) -> None:
        """Wait for the message."""
        await self._until_over()

    @workflow.update
    async def act(self, slip: Slip) -> AnswerSlip:
        """The last message."""
        return self._close(slip)

    @workflow.signal
    def wake(self, _wake: Any) -> None:
        """What comes meanwhile."""


@workflow.defn(name="JointTaskWorkflow", sandboxed=False)
class ClosingTask(ClosingCorrection):
    """In a task's place."""

    @workflow.run
    async def run(self, _start: Any) -> None:
        """Wait for the message."""
        await self._until_over()


@pytest.fixture
async def untold() -> AsyncIterator[list[str]]:
    """What asyncio would print on its own because nobody asked for it."""
    heard: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: heard.append(context["message"]))
    yield heard
    loop.set_exception_handler(None)


@pytest.mark.parametrize("target", [CORRECTION, TASK_WORKFLOW])
async def test_a_message_to_a_run_that_is_just_ending_is_tried_again(
    house: House, target: str, untold: list[str]
) -> None:
    """The engine fails the step that carried it (WorkflowNotReady): nothing is ruled on past the workflow."""
    AT_WORK.clear()
    GO_ON.clear()
    paper = _filed(house, target)
    slip = Slip(submission=paper.id, sha256=paper.sha256, kind=paper.kind, actor=paper.actor)
    async with _closing(house):
        run = await _started(house, target)
        bringing = asyncio.create_task(house.cast.filing._deliver(target, slip, datetime.now(UTC)))
        assert await asyncio.to_thread(AT_WORK.wait, PATIENCE)
        await run.signal("wake", None)
        GO_ON.set()
        taken = await bringing
        failed = [event.event_type for event in (await run.fetch_history()).events].count(TASK_FAILED)
    gc.collect()
    assert not taken
    assert 1 == failed
    assert house.cast.filing.answer_of(paper.id) is None
    assert [] == untold


def _closing(house: House) -> Worker:
    return Worker(
        house.client,
        task_queue=house.task_queue,
        workflows=[ClosingCorrection, ClosingTask],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


async def _started(house: House, target: str) -> WorkflowHandle[Any, Any]:
    kind = "CorrectionWorkflow" if target == CORRECTION else "JointTaskWorkflow"
    return await house.client.start_workflow(
        kind, start_argument(target), id=target, task_queue=house.task_queue
    )


def _filed(house: House, target: str) -> Submission:
    return house.cast.filing._file(target, SignCorrection(), actor(LEAD, Role.HEAD), None, datetime.now(UTC))
