"""Skipping time: the only module that knows how; tests and `simulate` stand on it (跳时)."""

import asyncio
import shutil
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, IndexedValueType, WorkflowExecutionStatus
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.testservice.v1 import SleepRequest, UnlockTimeSkippingRequest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from adapters.payloads import data_converter
from models.search_attributes import ALL

PATIENCE = timedelta(minutes=3)
"""How long one stride may take: the server's clock runs by the wall while a task or an activity is in hand."""
STRIDE = timedelta(days=28)
_TASK = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
)
_TASK_DONE = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
_ACTIVITY = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
_ACTIVITY_DONE = (
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
)
_PROGRAM = "temporal-test-server"


async def start_skipping() -> WorkflowEnvironment:
    """Start the time-skipping server: one clock for all its workflows, which stands while nobody skips."""
    packaged = Path(sys.executable).with_name(_PROGRAM)
    found = str(packaged) if packaged.exists() else shutil.which(_PROGRAM)
    # The SDK warns that this server is not a production one, on the stream that figures are piped from.
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter,
        test_server_existing_path=found,
        runtime=Runtime(telemetry=TelemetryConfig(logging=quiet)),
    )
    # This server registers but has no list of what it knows, which the product's own function asks for.
    await environment.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=environment.client.namespace,
            search_attributes={
                key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in ALL
            },
        )
    )
    return environment


@dataclass
class Clock:
    """The server's clock; it only goes forward. `now` is what it showed when it was last looked at."""

    environment: WorkflowEnvironment
    now: datetime
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop, repr=False)

    async def skip_to(self, moment: datetime) -> None:
        """Let everything happen that happens until then."""
        self.now = await self.environment.get_current_time()
        while moment > self.now:
            request = SleepRequest()
            request.duration.FromTimedelta(min(moment - self.now, STRIDE))
            # The environment's own sleep gives up after half a minute, which many rungs may take.
            service = self.environment.client.test_service
            await service.unlock_time_skipping_with_sleep(request, timeout=PATIENCE)
            self.now = await self.environment.get_current_time()

    def from_thread(self) -> datetime:
        """What the clock shows now, asked for from another thread than the loop's."""
        return asyncio.run_coroutine_threadsafe(self.environment.get_current_time(), self._loop).result()


async def end_at_rest(client: Client, workflow: str) -> None:
    """End a workflow as soon as nothing of it is in hand; one that is over, or never was, is left alone.

    For what it hands out this server holds its clock until that is answered, and what is answered after the
    workflow's end it does not take: no time would ever be skipped again.
    """
    handle = client.get_workflow_handle(workflow)
    try:
        while await _in_hand(handle):  # noqa: ASYNC110 - the server tells nobody when an answer has come
            await asyncio.sleep(0.05)
        await handle.terminate("over")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return
    # A timer may have gone off since the look: then the hold is given back by hand.
    for _ in range(await _in_hand(handle)):
        await client.test_service.unlock_time_skipping(UnlockTimeSkippingRequest())


async def is_running(client: Client, workflow: str) -> bool:
    """Whether the newest run of a workflow has not ended; ValueError for one that never was.

    Asked by hand: the client's own description cannot read how this server gives search attributes back.
    """
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow)
    )
    try:
        found = await client.workflow_service.describe_workflow_execution(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise ValueError(f"no workflow {workflow}") from error
        raise
    return found.workflow_execution_info.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING


async def _in_hand(handle: "WorkflowHandle[object, object]") -> int:
    """How many of a workflow's tasks and activities are out: each holds the clock once."""
    kinds = [event.event_type for event in (await handle.fetch_history()).events]
    tasks = [kind for kind in kinds if kind in (*_TASK, _TASK_DONE)]
    activities = kinds.count(_ACTIVITY) - sum(kinds.count(kind) for kind in _ACTIVITY_DONE)
    return activities + (tasks[-1] in _TASK)
